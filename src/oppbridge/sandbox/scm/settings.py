"""What an environment of the Supply Chain twin can be set up with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .assumptions import Assumptions
from .numbers import Mode


@dataclass(frozen=True, slots=True)
class User:
    """Whom an application or person is mapped to. `companies` None is every company."""

    company: str = "usmf"
    companies: tuple[str, ...] | None = None
    language: str = "en-us"


@dataclass(frozen=True, slots=True)
class Settings:
    """One environment. `users` maps token subjects; the sandbox's own application is always mapped.

    `sequences` sets number sequences up by (company, key column). In `usmf` callers may choose
    numbers, elsewhere the service does. `columns` are a user's own, by entity set, each spelled as
    in the schema files.
    """

    users: Mapping[str, User] = field(default_factory=dict)
    sequences: Mapping[tuple[str, str], Mode] = field(default_factory=dict)
    assumptions: Assumptions = field(default_factory=Assumptions)
    columns: Mapping[str, str] = field(default_factory=dict)


CHOSEN = ("CustomerAccount", "ContactPersonId", "SalesQuotationNumber", "SalesOrderNumber")


def sequences(settings: Settings) -> dict[tuple[str, str], Mode]:
    """Every sequence that is not simply automatic."""
    return {("usmf", name): Mode.CHANGEABLE for name in CHOSEN} | dict(settings.sequences)
