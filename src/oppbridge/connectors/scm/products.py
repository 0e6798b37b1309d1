"""Products are two rows: the shared product and its release to a company, made one after the other.

Released products keep no record id; the item number, which comes from the record, is the key. A
release that was interrupted finds the shared product there and goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oppbridge.contract import Receipt
from oppbridge.errors import Reject, Unsure
from oppbridge.http.odata import key as odata_key

from .creates import Made, insert, key_wanted, standing
from .fetch import fetched
from .joined import Found
from .keys import folded
from .receipts import refused, stands
from .rows import Row, absent, path
from .sending import Post, Send
from .view import View
from .wanted import Wanted

SHARED = frozenset(("ProductName", "ProductDescription", "ProductType"))
_SHARED_SET = "ProductsV2"


def create_products(post: Post, view: View, asked: Sequence[Wanted]) -> list[Receipt]:
    """One receipt for each product, in order."""
    found = standing(post, view, asked)
    missing = [each for each in asked if each.write.origin not in found]
    made = dict(
        zip((each.write.origin for each in missing), _released(post, view, missing), strict=True)
    )
    keys = [each.key for each in made.values() if each.key]
    now = fetched(post.session, view, keys)
    return [
        _receipt(view, each, found.get(each.write.origin), made.get(each.write.origin), now)
        for each in asked
    ]


def _receipt(
    view: View, each: Wanted, stood: Found | None, made: Made | None, now: dict[str, Found]
) -> Receipt:
    if stood is not None:
        return stands(view, each.write, stood, existed=True)
    if made is None or made.error is not None:
        return refused(each.write, (made and made.error) or Unsure("was not made"))
    found = now.get(folded(made.key or ""))
    if found is None:
        return refused(each.write, Unsure(f"{made.key} was made and cannot be read back"))
    return stands(view, each.write, found, existed=made.existed)


def _released(post: Post, view: View, asked: Sequence[Wanted]) -> list[Made]:
    shared = [[Send("POST", path(_SHARED_SET), _shared(each), about="ProductV2")] for each in asked]
    refused_by = {}
    for each, sent in zip(asked, post.all(shared), strict=True):
        # Refused as a duplicate or for another reason: what counts is whether it is there.
        if sent.error is not None and not (
            isinstance(sent.error, Reject) and absent(post.session, shared_path(_number(each)))
        ):
            refused_by[key_wanted(each)] = sent.error
    ready = [each for each in asked if key_wanted(each) not in refused_by]
    made = insert(post, view, [replace(each, body=_release(each)) for each in ready])
    by_key = dict(zip(map(key_wanted, ready), made, strict=True))
    return [
        by_key.get(key_wanted(each)) or Made(error=refused_by[key_wanted(each)]) for each in asked
    ]


def _number(each: Wanted) -> str:
    return str(each.body.get("ProductNumber") or each.number)


def _shared(each: Wanted) -> Row:
    given = {name: each.body[name] for name in SHARED & each.body.keys()}
    number = _number(each)
    kind = {"ProductType": "Item", "ProductSubtype": "Product", "ProductName": number}
    return {**kind, **given, "ProductNumber": number}


def _release(each: Wanted) -> Row:
    own = {name: value for name, value in each.body.items() if name not in SHARED}
    return {"ProductNumber": _number(each), **own}


def shared_path(number: str) -> str:
    """The path of a shared product."""
    return f"data/{_SHARED_SET}{odata_key(ProductNumber=number)}"
