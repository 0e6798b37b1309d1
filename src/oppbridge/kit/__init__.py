"""Tests every connector must pass, and a small CRM with bad manners to try them on."""

from .crm import FakeCrm, Manners
from .desk import Desk
from .direct import DirectSettings, direct_spec
from .documents import PartCall
from .faults import Lost, Refused
from .north import NORTH
from .south import SOUTH

__all__ = [
    "NORTH",
    "SOUTH",
    "Desk",
    "DirectSettings",
    "FakeCrm",
    "Lost",
    "Manners",
    "PartCall",
    "Refused",
    "direct_spec",
]
