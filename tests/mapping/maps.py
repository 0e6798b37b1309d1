"""Maps and strategies that the mapping tests share."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from oppbridge.mapping import CompiledMap, FieldMap, compile_map, parse_map
from oppbridge.mapping.samples import sample

DEAL: dict[str, Any] = {
    "entity": "opportunity",
    "native": "deals",
    "origin": "uid",
    "options": {"logical": "deal"},
    "fields": {
        "name": {"at": "title", "lens": "text", "length": 10, "required": True},
        "number": {"at": "no", "lens": "text", "empty": ""},
        "account": {"at": ["area", "customer"], "lens": "reference", "write": "customer"},
        "contact": {"at": "person", "lens": "reference"},
        "amount": {
            "at": "amount",
            "lens": "money",
            "currency": "cur",
            "precision": 2,
            "write_currency": "cur",
        },
        "budget": {"at": "budget", "lens": "money", "fixed_currency": "USD", "decimal_mark": ","},
        "actual_amount": {"at": "won", "lens": "money", "currency": "cur", "direction": "read"},
        "closes": {
            "at": "closes",
            "lens": "date",
            "at_noon": True,
            "empty": "1900-01-01T12:00:00Z",
        },
        "closed": {"at": "closed", "lens": "date", "format": "%d.%m.%Y"},
        "created": {"at": "made", "lens": "instant", "create_only": True},
        "last_activity": {"at": "seen", "lens": "instant", "precision": 0, "zone": "UTC"},
        "probability": {"at": "odds", "lens": "integer"},
        "status": {
            "at": ["state", "reason"],
            "lens": "state",
            "words": {
                "open": [0, 1],
                "on_hold": [0, 2],
                "won": [[1, 3], [1, 9]],
                "lost": [2, 4],
                "canceled": [2, 5],
            },
            "default": "open",
        },
        "rating": {"at": "heat", "lens": "choice", "words": {"hot": [1, 7], "warm": 2, "cold": 3}},
        "decision_maker": {"at": "boss", "lens": "boolean", "words": {True: "Yes", False: "No"}},
        "need": {
            "at": "tags",
            "lens": "words",
            "words": {"price": "a", "speed": "b", "safety": "c"},
            "separator": ";",
        },
        "source": {"at": "src", "lens": "unit", "words": {"web": "W"}},
        "custom.score": {"at": "permille", "lens": "decimal", "scale": -3, "precision": 1},
        "custom.region": {"at": "x_region", "lens": "text"},
        "description": {"at": "memo", "lens": "text", "direction": "write"},
    },
    "collections": {
        "lines": {
            "at": "deal_lines",
            "key": "line_id",
            "fields": {
                "product": {"at": "item", "lens": "reference", "required": True},
                "quantity": {"at": "qty", "lens": "decimal", "precision": 3},
                "price": {"at": "price", "lens": "money", "currency": "../cur", "precision": 2},
                "unit": {"at": "uom", "lens": "unit", "default": "ea"},
            },
            "constants": {"kind": 1},
        }
    },
    "constants": {"origin_code": 5},
}


def deal_map(**fields: Any) -> CompiledMap:
    return compile_map(parse_map({**DEAL, "fields": {**DEAL["fields"], **fields}}, "deal.yaml"))


def row(**columns: Any) -> dict[str, Any]:
    return {
        "uid": "8a3f0c9e-0000-4000-8000-000000000001",
        "title": "Big deal",
        "no": "",
        "area": "usmf",
        "customer": "US-001",
        "amount": 1200.50,
        "cur": "EUR",
        "won": None,
        "closes": "2026-05-31T12:00:00Z",
        "state": 0,
        "reason": 1,
        "deal_lines": [
            {"line_id": "1", "item": "P1", "qty": 2.0, "price": "9.99", "uom": "ea"},
            {"line_id": "a/b", "item": "P2", "qty": 0.1 + 0.2, "price": None, "uom": "kg"},
        ],
        **columns,
    }


def canonical(field: FieldMap) -> st.SearchStrategy[Any]:
    """None, or what a record may hold in this field."""
    return st.none() | st.randoms(use_true_random=False).map(lambda random: sample(field, random))


def headers(compiled: CompiledMap) -> st.SearchStrategy[dict[str, Any]]:
    """Values for any of the fields that are written and read."""
    fields = compiled.source.fields
    both = {n: canonical(f) for n, f in fields.items() if f.reads and f.writes}
    return st.fixed_dictionaries({}, optional=both)
