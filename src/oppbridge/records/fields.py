"""Field types shared by the canonical records: scalars with one spelling, references, parts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .scalars import (
    Money,
    date_text,
    decimal_text,
    instant_text,
    parse_decimal,
    parse_instant,
)


class Reference(str):
    """Marks a field that holds the id of another record; names that record's entity."""

    __slots__ = ()


class Personal:
    """Marks a field that says something of a person: erased, and looked for, by `forget`."""

    __slots__ = ()


def _decimal(text: str) -> str:
    if text != decimal_text(parse_decimal(text)):
        raise ValueError(f"{text!r} is not spelled as {decimal_text(parse_decimal(text))!r}")
    return text


def _money(text: str) -> str:
    if text != str(Money.parse(text)):
        raise ValueError(f"{text!r} is not spelled as {str(Money.parse(text))!r}")
    return text


def _day(text: str) -> str:
    from datetime import date

    if text != date_text(date.fromisoformat(text)):
        raise ValueError(f"{text!r} is not a date, as in '2026-05-31'")
    return text


def _instant(text: str) -> str:
    if text != instant_text(parse_instant(text)):
        raise ValueError(f"{text!r} is not a UTC instant, as in '2026-05-31T12:00:00Z'")
    return text


Text = Annotated[str, Field(min_length=1)]
PersonalText = Annotated[Text, Personal()]
DecimalText = Annotated[str, AfterValidator(_decimal)]
MoneyText = Annotated[str, AfterValidator(_money)]
Day = Annotated[str, AfterValidator(_day)]
Instant = Annotated[str, AfterValidator(_instant)]
Percent = DecimalText
AccountId = Annotated[str, Reference("account")]
ContactId = Annotated[str, Reference("contact")]
ProductId = Annotated[str, Reference("product")]
OpportunityId = Annotated[str, Reference("opportunity")]
QuoteId = Annotated[str, Reference("quote")]


class Row(BaseModel):
    """Frozen, and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Part(Row):
    """One line, competitor or stakeholder of a document, known by its own key."""


class Record(Row):
    """One thing both systems are about. `custom` holds the fields a user's map adds."""

    custom: dict[str, str | int | bool | None] = Field(default_factory=dict)


def references(model: type[BaseModel]) -> dict[str, str]:
    """The fields that point at other records, with the entity each points at."""
    found: dict[str, str] = {}
    for name, field in model.model_fields.items():
        for mark in (*field.metadata, *_marks(field.annotation)):
            if isinstance(mark, Reference):
                found[name] = str(mark)
    return found


def personal_fields(model: type[BaseModel]) -> frozenset[str]:
    """The fields that say something of a person."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        for mark in (*field.metadata, *_marks(field.annotation))
        if isinstance(mark, Personal)
    )


def _marks(annotation: Any) -> tuple[Any, ...]:
    """Annotated marks inside `X | None`, which pydantic leaves on the inner type."""
    marks: list[Any] = list(getattr(annotation, "__metadata__", ()))
    for inner in getattr(annotation, "__args__", ()):
        marks.extend(_marks(inner))
    return tuple(marks)
