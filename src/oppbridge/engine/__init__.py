"""The line: observe, decide, deliver, recover; each a loop over rows in the store."""

from .flow import EntityFlow, Flow, Member, System
from .line import Line, Post
from .report import Report
from .run import run

__all__ = ["EntityFlow", "Flow", "Line", "Member", "Post", "Report", "System", "run"]
