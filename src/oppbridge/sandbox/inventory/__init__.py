"""A local twin of Inventory Visibility.

Its two-step sign-in, stock queries, changes, reservations, promises.
"""
