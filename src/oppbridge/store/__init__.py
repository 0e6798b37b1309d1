"""The only room that speaks SQL: records, links, writes, cursors, leases and runs."""

from .database import Lease, Store
from .opening import open_store
from .rows import Link, Planned, Record
from .transaction import Tx

__all__ = ["Lease", "Link", "Planned", "Record", "Store", "Tx", "open_store"]
