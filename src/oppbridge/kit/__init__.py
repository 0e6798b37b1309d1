"""Tests every connector must pass, and a small CRM with bad manners to try them on.

`ConnectorTests` and `PracticeTests` need pytest; the CRM and the connector to it do not.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .crm import FakeCrm, Manners
from .desk import Desk
from .direct import DirectSettings, direct_spec
from .documents import PartCall
from .faults import Lost, Refused
from .north import NORTH
from .serve import served
from .south import SOUTH
from .trouble import Trouble, Troublemaker

if TYPE_CHECKING:
    from .checks import ConnectorTests
    from .practice import PracticeTests

__all__ = [
    "NORTH",
    "SOUTH",
    "ConnectorTests",
    "Desk",
    "DirectSettings",
    "FakeCrm",
    "Lost",
    "Manners",
    "PartCall",
    "PracticeTests",
    "Refused",
    "Trouble",
    "Troublemaker",
    "direct_spec",
    "served",
]

_TESTED = ("failing", "introduction", "parts", "promises", "reading", "translating", "writing")


def __getattr__(name: str) -> object:
    """Bring the suites in when asked for, so that their failed assertions explain themselves."""
    if name not in {"ConnectorTests", "PracticeTests"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import pytest

    fresh = [module for room in _TESTED if (module := f"{__name__}.{room}") not in sys.modules]
    pytest.register_assert_rewrite(*fresh)
    from .checks import ConnectorTests
    from .practice import PracticeTests

    return {"ConnectorTests": ConnectorTests, "PracticeTests": PracticeTests}[name]
