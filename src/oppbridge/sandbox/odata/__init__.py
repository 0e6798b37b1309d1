"""OData v4 as both twins speak it: query options, filters as SQL, batches."""
