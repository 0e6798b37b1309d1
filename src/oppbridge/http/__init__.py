"""Talking HTTP to a system: session, sign-in, retry, throttle gate, OData queries, paging, batches.

Nothing is imported here: `requests` and `msal` load with `session` and `signin`, when a line opens.
"""
