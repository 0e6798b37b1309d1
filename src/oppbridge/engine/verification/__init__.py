"""Compares the systems of a flow without writing: counts, then buckets, then rows."""

from .finding import Counted, Difference, Kind, Verification
from .verify import verify

__all__ = ["Counted", "Difference", "Kind", "Verification", "verify"]
