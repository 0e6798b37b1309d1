"""Products are two rows: the shared product and its release to a company, made in one change set.

Released products keep no record id; the item number, which comes from the record, is the key.
"""

from __future__ import annotations

from collections.abc import Sequence

from oppbridge.contract import Receipt
from oppbridge.errors import Unsure
from oppbridge.http.odata import key as odata_key

from .creates import Made, settled, standing
from .fetch import fetched
from .joined import Found
from .keys import folded
from .receipts import refused, stands
from .rows import Row, any_of, path, where
from .sending import Post, Send
from .view import View
from .wanted import Wanted

SHARED = frozenset(("ProductName", "ProductDescription", "ProductType"))
SHARED_SET = "ProductsV2"


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
    """Make shared product and release together; the release alone where the product is there.

    Products of one number for several companies follow one after the other.
    """
    first = {folded(_number(each)): place for place, each in reversed(list(enumerate(asked)))}
    now = [each for place, each in enumerate(asked) if first[folded(_number(each))] == place]
    later = [each for place, each in enumerate(asked) if first[folded(_number(each))] != place]
    made = dict(zip(map(id, now), _sent(post, view, now), strict=True))
    if later:
        made |= dict(zip(map(id, later), _released(post, view, later), strict=True))
    return [made[id(each)] for each in asked]


def _sent(post: Post, view: View, asked: Sequence[Wanted]) -> list[Made]:
    shared = _shared_there(post, [_number(each) for each in asked])
    sends = []
    for each in asked:
        release = Send("POST", path(view.table.set), _release(view, each), about="the release")
        product = Send("POST", path(SHARED_SET), _shared(each), about="the product")
        sends.append([release] if folded(_number(each)) in shared else [product, release])
    return settled(post, view, asked, post.all(sends))


def _shared_there(post: Post, numbers: Sequence[str]) -> set[str]:
    """Which shared products are there. They belong to no company."""
    there: set[str] = set()
    for chain, wanted in any_of("ProductNumber", numbers):
        rows = where(post.session, SHARED_SET, ("ProductNumber",), ("ProductNumber",), chain)
        there |= {number for row in rows if (number := folded(str(row["ProductNumber"]))) in wanted}
    return there


def _number(each: Wanted) -> str:
    return str(each.body.get("ProductNumber") or each.number)


def _shared(each: Wanted) -> Row:
    given = {name: each.body[name] for name in SHARED & each.body.keys()}
    number = _number(each)
    kind = {"ProductType": "Item", "ProductSubtype": "Product", "ProductName": number}
    return {**kind, **given, "ProductNumber": number}


def _release(view: View, each: Wanted) -> Row:
    elsewhere = SHARED.union(*(join.columns for join in view.table.joins))
    own = {name: value for name, value in each.body.items() if name not in elsewhere}
    return {"ProductNumber": _number(each), **own}


def shared_path(number: str) -> str:
    """The path of a shared product."""
    return f"data/{SHARED_SET}{odata_key(ProductNumber=number)}"
