"""A local twin of the Supply Chain Management OData endpoint: rows, rules, numbers, prices, postings."""
