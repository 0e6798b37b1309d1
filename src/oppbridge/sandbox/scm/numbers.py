"""Number sequences: who gives a document its number, the service or the caller."""

from __future__ import annotations

from enum import StrEnum

from ..database import Database
from .refusals import told


class Mode(StrEnum):
    """Automatic: the service alone. Manual: the caller must. Changeable: the caller may."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    CHANGEABLE = "changeable"


SHARED = ("PartyNumber", "AddressLocationId")
ALWAYS_AUTOMATIC = (
    "PartyNumber",
    "InventoryLotId",
    "InvoiceNumber",
    "LedgerVoucher",
    "ConfirmationNumber",
)


class Numbers:
    """The sequences of every company; what they gave out last is kept with the rows."""

    def __init__(self, database: Database) -> None:
        self.importing = False  # numbers of rows brought in from elsewhere are taken as they are
        self._database = database

    def mode(self, company: str, name: str) -> Mode:
        """How a sequence is set up; automatic unless set otherwise."""
        if name in ALWAYS_AUTOMATIC:
            return Mode.AUTOMATIC
        return Mode(self._database.fact(f"sequence mode {company} {name}") or Mode.AUTOMATIC)

    def set_mode(self, company: str, name: str, mode: Mode) -> None:
        """Set a sequence up; raises `ValueError` for those that are always automatic."""
        if name in ALWAYS_AUTOMATIC:
            raise ValueError(f"the sequence {name} is always automatic")
        self._database.set_fact(f"sequence mode {company} {name}", mode.value)

    def assign(self, company: str, name: str, wanted: str) -> str:
        """The number of a new row.

        `wanted` where the sequence lets it, else the next. Raises `Refused`.
        """
        mode = self.mode(company, name)
        if wanted:
            if mode is Mode.AUTOMATIC and not self.importing:
                raise told("manual", sequence=name, number=wanted)
            return wanted
        if mode is Mode.MANUAL:
            raise told("number", sequence=name)
        return self.next(company, name)

    def next(self, company: str, name: str) -> str:
        """The next number, `DAT-000001`; party numbers are shared by all companies."""
        shared = name in SHARED
        fact = f"sequence {'' if shared else company} {name}"
        last = int(self._database.fact(fact) or 0) + 1
        self._database.set_fact(fact, str(last))
        return f"{last:09d}" if shared else f"{company.upper()}-{last:06d}"

    def skip(self, company: str, name: str, count: int) -> int:
        """Set `count` numbers aside for generated rows; returns the first."""
        fact = f"sequence {'' if name in SHARED else company} {name}"
        last = int(self._database.fact(fact) or 0)
        self._database.set_fact(fact, str(last + count))
        return last + 1
