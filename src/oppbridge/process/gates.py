"""Reasons to hold a write until a person has looked: amounts, discounts, deletions, fields."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ..decision import Gate, Offer, Proposal
from ..nearest import suggestion
from ..records import ENTITIES, Money
from ..records.scalars import decimal_text, parse_decimal
from ..records.values import Values, known_field, pattern
from .money import PRICED, header_share, lines, money, net

DOCUMENTS = ("opportunity", "quote", "order")
ENTITIES_TOLD = "The entities it looks at."


def _limits(given: Any) -> Any:
    """`50000 EUR`, or a list of such: one limit for each currency."""
    found: dict[str, Decimal] = {}
    for text in given if isinstance(given, list | tuple) else [given]:
        limit = Money.parse(str(text))
        if limit.amount < 0 or limit.currency in found:
            raise ValueError(f"{text!r}: one limit of zero or more for each currency")
        found[limit.currency] = limit.amount
    return found


def _percent(given: Any) -> Any:
    return parse_decimal(given)


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _entities_are_known(self) -> Self:
        for entity in getattr(self, "entities", ()):
            if entity not in ENTITIES:
                raise ValueError(f"there is no entity {entity!r}{suggestion(entity, ENTITIES)}")
        return self


class AmountSettings(_Settings):
    """Holds what makes or leaves a record worth more than a limit."""

    limit: Annotated[dict[str, Decimal], BeforeValidator(_limits)] = Field(
        min_length=1,
        description="`50000 EUR`, or a list, one for each currency. A currency without is held.",
    )
    fields: tuple[str, ...] = Field(
        ("amount", "total"),
        description="The fields that say what a record is worth, beside the sum of its lines.",
    )
    entities: tuple[str, ...] = Field(DOCUMENTS, description=ENTITIES_TOLD)


class DiscountSettings(_Settings):
    """Holds what gives too much discount."""

    percent: Annotated[Decimal, BeforeValidator(_percent)] = Field(
        ge=0,
        le=100,
        description="The greatest discount that passes, header and line taken together.",
    )
    entities: tuple[str, ...] = Field(("quote",), description=ENTITIES_TOLD)


class DeletionSettings(_Settings):
    """Holds deletions."""

    entities: tuple[str, ...] = Field(tuple(ENTITIES), description=ENTITIES_TOLD)
    parts: bool = Field(
        default=False, description="Also the removal of a line, competitor or stakeholder."
    )


class FieldsSettings(_Settings):
    """Holds changes of chosen fields."""

    fields: tuple[str, ...] = Field(
        min_length=1, description="Canonical names; `lines/*/price` for a field of parts."
    )
    entities: tuple[str, ...] = Field(tuple(ENTITIES), description=ENTITIES_TOLD)
    actions: tuple[Literal["create", "update"], ...] = Field(
        ("create", "update"), description="When they are looked at."
    )

    @model_validator(mode="after")
    def _fields_are_known(self) -> Self:
        for path in self.fields:
            if not any(known_field(entity, path) for entity in self.entities):
                names = {name for entity in self.entities for name in ENTITIES[entity].model_fields}
                raise ValueError(f"no entity has a field {path!r}{suggestion(path, names)}")
        return self


def amount_gate(settings: AmountSettings) -> Gate:
    """Hold a write that makes or leaves a record worth more than its currency's limit.

    A currency without a limit is held too: nobody has said what is much in it. Only writes that
    touch money are looked at.
    """
    limits = {currency: Fraction(limit) for currency, limit in settings.limit.items()}
    moving = PRICED | set(settings.fields)

    def judge(proposal: Proposal) -> str | None:
        if proposal.entity not in settings.entities or not _moves(proposal, moving):
            return None
        values = whole(proposal)
        try:
            amounts = [
                found for name in settings.fields if (found := money(values.get(name))) is not None
            ]
            amounts += [(amount, currency) for currency, amount in net(values).items()]
        except ValueError as exc:
            return f"its amount cannot be read: {exc}"
        return _above(amounts, limits)

    return judge


def _above(amounts: list[tuple[Fraction, str]], limits: Mapping[str, Fraction]) -> str | None:
    for amount, currency in sorted(amounts, key=lambda found: -abs(found[0])):
        limit = limits.get(currency)
        if limit is None and amount:
            return f"{_shown(amount)} {currency}, and no limit is set for {currency}"
        if limit is not None and abs(amount) > limit:
            return f"{_shown(amount)} {currency} is more than {_shown(limit)} {currency}"
    return None


def discount_gate(settings: DiscountSettings) -> Gate:
    """Hold a write that gives too much discount: on the header, on a line, or by both at once."""
    limit = Fraction(settings.percent) / 100

    def judge(proposal: Proposal) -> str | None:
        if proposal.entity not in settings.entities or not _moves(proposal, PRICED):
            return None
        try:
            return _too_generous(whole(proposal), limit)
        except ValueError as exc:
            return f"its discount cannot be read: {exc}"

    return judge


def _too_generous(values: Values, limit: Fraction) -> str | None:
    found = list(lines(values))
    after: dict[str, Fraction] = {}
    for line in found:
        after[line.currency] = after.get(line.currency, Fraction(0)) + line.gross - line.given
    headers = {currency: header_share(values, currency, sum_) for currency, sum_ in after.items()}
    header = max([*headers.values(), header_share(values, "", Fraction(0))], default=Fraction(0))
    if header > limit:
        return f"{_percents(header)} discount is more than {_percents(limit)}"
    for line in found:
        own = line.given / line.gross if line.gross else Fraction(line.given > 0)
        share = 1 - (1 - own) * (1 - headers[line.currency])
        if share > limit:
            where = f"{line.name}, header included" if headers[line.currency] else line.name
            return f"{_percents(share)} discount on {where} is more than {_percents(limit)}"
    return None


def deletion_gate(settings: DeletionSettings) -> Gate:
    """Hold every deletion of a record, and of its parts if so set."""

    def judge(proposal: Proposal) -> str | None:
        if proposal.entity not in settings.entities:
            return None
        if proposal.action == "delete":
            return f"it deletes the {proposal.entity} in {proposal.system}"
        removed = [
            path
            for path, value in proposal.after.items()
            if value is None and pattern(path).endswith("/*") and proposal.before.get(path)
        ]
        if settings.parts and removed:
            return f"it removes {len(removed)} of the {removed[0].partition('/')[0]}"
        return None

    return judge


def fields_gate(settings: FieldsSettings) -> Gate:
    """Hold a write that changes one of the named fields."""
    held = frozenset(settings.fields)

    def judge(proposal: Proposal) -> str | None:
        if proposal.entity not in settings.entities or proposal.action not in settings.actions:
            return None
        touched = sorted({pattern(path) for path in _changed(proposal)} & held)
        return f"it changes {', '.join(touched)}" if touched else None

    return judge


def whole(proposal: Proposal) -> Values:
    """The record as it will stand."""
    return {**proposal.record, **proposal.after}


def _changed(proposal: Proposal) -> list[str]:
    before = proposal.before
    return [path for path, value in proposal.after.items() if value != before.get(path)]


def _moves(proposal: Proposal, paths: frozenset[str] | set[str]) -> bool:
    if proposal.action == "delete":
        return False
    return proposal.action == "create" or any(pattern(p) in paths for p in _changed(proposal))


def _shown(amount: Fraction) -> str:
    return decimal_text(Decimal(round(amount * 100)).scaleb(-2))


def _percents(share: Fraction) -> str:
    return f"{_shown(share * 100)} %"


GATES: tuple[Offer[Gate], ...] = (
    Offer("amount", amount_gate, AmountSettings),
    Offer("discount", discount_gate, DiscountSettings),
    Offer("deletion", deletion_gate, DeletionSettings),
    Offer("fields", fields_gate, FieldsSettings),
)
"""`amount`, `discount`, `deletion` and `fields`."""
