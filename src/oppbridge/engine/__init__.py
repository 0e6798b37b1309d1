"""The line: observe, decide, deliver, recover; each a loop over rows in the store."""

from .flow import EntityFlow, Flow, Member, System
from .line import Line, Post
from .report import Report
from .run import carry_on, conclude, count_open, judge, run, watch, weigh_all
from .share import Share

__all__ = [
    "EntityFlow",
    "Flow",
    "Line",
    "Member",
    "Post",
    "Report",
    "Share",
    "System",
    "carry_on",
    "conclude",
    "count_open",
    "judge",
    "run",
    "watch",
    "weigh_all",
]
