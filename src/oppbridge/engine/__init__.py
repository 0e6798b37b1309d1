"""The line: observe, decide, deliver, recover; each a loop over rows in the store."""

from .flow import EntityFlow, Flow, Member, System
from .line import Line, Post
from .report import Report
from .run import carry_on, count_open, judge, run, watch

__all__ = [
    "EntityFlow",
    "Flow",
    "Line",
    "Member",
    "Post",
    "Report",
    "System",
    "carry_on",
    "count_open",
    "judge",
    "run",
    "watch",
]
