"""Matching: whether two records that systems held before they met are the same thing. Pure."""
