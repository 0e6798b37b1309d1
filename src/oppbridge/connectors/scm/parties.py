"""Contacts hang on parties, records on customers: a new contact is given its customer's party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oppbridge.errors import Invalid, OppBridgeError, Unlinked
from oppbridge.http.session import Session

from .rows import matching
from .tables import COMPANY
from .view import CUSTOMER, PARTY
from .wanted import Wanted

Placed = tuple[int, Wanted]


def with_parties(
    session: Session, ready: Sequence[Placed]
) -> tuple[list[Placed], dict[int, OppBridgeError]]:
    """The contacts with their parties, and the errors of those whose customer is not there."""
    asked: dict[str, list[str]] = {}
    for _, each in ready:
        if each.customer:
            asked.setdefault(each.company, []).append(each.customer)
    parties = {
        (company, str(row[CUSTOMER]).casefold()): str(row["PartyNumber"])
        for company, accounts in asked.items()
        for row in _customers(session, company, accounts)
    }
    placed: list[Placed] = []
    errors: dict[int, OppBridgeError] = {}
    for place, each in ready:
        party = parties.get((each.company, each.customer.casefold())) or each.body.get(PARTY)
        if party:
            placed.append((place, replace(each, body={**each.body, PARTY: party})))
        elif each.customer:
            errors[place] = Unlinked(f"{each.company} has no customer {each.customer!r}")
        else:
            errors[place] = Invalid("a contact needs the customer it belongs to")
    return placed, errors


def _customers(session: Session, company: str, accounts: Sequence[str]) -> list[dict[str, object]]:
    columns = (COMPANY, CUSTOMER, "PartyNumber")
    return matching(session, "CustomersV3", columns, company, (CUSTOMER, accounts), (CUSTOMER,))
