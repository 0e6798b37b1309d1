"""A local twin of the Supply Chain Management OData endpoint.

Rows, rules, numbers, prices, postings.
"""
