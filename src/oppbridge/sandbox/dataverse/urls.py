"""Addresses that answers carry, built from the address the caller used."""

from __future__ import annotations

from ..wire import Request


def root_of(request: Request) -> str:
    """`/api/data/v9.2` as the caller wrote it."""
    return "/".join(request.path.split("/")[:4])


def context_of(request: Request, what: str) -> str:
    """The `@odata.context` of an answer that holds `what`."""
    return f"{request.base}{root_of(request)}/$metadata#{what}"


def set_address(request: Request, entity_set: str) -> str:
    """The absolute address of a table."""
    return f"{request.base}{root_of(request)}/{entity_set}"
