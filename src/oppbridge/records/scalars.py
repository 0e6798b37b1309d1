"""Canonical scalars: how a decimal, money, a date or an instant is spelled inside the engine.

One spelling each, so that two values are equal exactly when their texts are.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

Scalar = str | int | bool | None


class Money(NamedTuple):
    """An amount and its ISO 4217 currency code, which always settle together."""

    amount: Decimal
    currency: str

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read `1200.5 EUR`. Raises ValueError."""
        amount, currency = cls.split(text)
        return cls(parse_decimal(amount), currency)

    @staticmethod
    def split(text: str) -> tuple[str, str]:
        """The amount of `1200.5 EUR`, as it is spelled, and the code. Raises ValueError."""
        amount, _, currency = text.partition(" ")
        if len(currency) != 3 or not currency.isascii() or not currency.isupper():
            raise ValueError(f"{text!r} is not an amount and a currency code, as in '1200.5 EUR'")
        return amount, currency

    def __str__(self) -> str:
        return f"{decimal_text(self.amount)} {self.currency}"


def parse_decimal(text: str | float | Decimal) -> Decimal:
    """An exact decimal of at most 38 digits. Raises ValueError for what is no finite number."""
    if text is True or text is False:
        raise ValueError(f"{text!r} is not a number")
    try:
        number = text if isinstance(text, Decimal) else Decimal(str(text))
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a finite number")
    if len(number.as_tuple().digits) > 38 or abs(number.adjusted()) > 38:
        raise ValueError(f"{text!r} has more than 38 digits")
    return number


def decimal_text(number: Decimal) -> str:
    """The one spelling of a decimal: no exponent, no trailing zeros, no negative zero."""
    if not number:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def date_text(day: date) -> str:
    """`2026-05-31`."""
    return day.isoformat()


def instant_text(moment: datetime) -> str:
    """`2026-05-31T12:00:00Z`: UTC, a fraction only where there is one. Refuses naive times."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} does not say its time zone")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Read an instant with an explicit offset. Raises ValueError for naive or malformed text."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} does not say its time zone")
    return moment.astimezone(UTC)
