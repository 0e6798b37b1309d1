"""Carries out writes: those of one row one after the other, all others together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oppbridge.contract import Action, Receipt, Write
from oppbridge.errors import Invalid, OppBridgeError, Reject, Retry, Stop, Unsure

from .creates import Made, insert, standing
from .documents import create_documents
from .fetch import fetched
from .keys import folded
from .parties import with_parties
from .products import create_products
from .receipts import refused, stands
from .sending import Post
from .settings import ScmSettings
from .updates import delete, update
from .view import View
from .wanted import Wanted, wanted


@dataclass(frozen=True, slots=True)
class Desk:
    """What one call to `write` works with."""

    post: Post
    settings: ScmSettings
    entity: str
    view: View


def write_all(desk: Desk, writes: Sequence[Write]) -> list[Receipt]:
    """One receipt for each write, in order. Raises Stop and Retry only while nothing was sent."""
    if desk.settings.read_only:
        return [refused(write, Invalid("this system is configured read_only")) for write in writes]
    receipts: dict[int, Receipt] = {}
    for places in rounds(writes):
        for action in Action:
            same = [place for place in places if writes[place].action is action]
            done = _carried_out(desk, action, [writes[place] for place in same])
            receipts |= dict(zip(same, done, strict=True))
    return [receipts[place] for place in range(len(writes))]


def rounds(writes: Sequence[Write]) -> list[list[int]]:
    """The writes by place, so that no two of one round touch the same row."""
    found: list[list[int]] = []
    last: dict[str, int] = {}
    for place, write in enumerate(writes):
        names = [f"origin {write.origin}", f"key {folded(write.key)}" if write.key else ""]
        turn = max((last[name] + 1 for name in names if name in last), default=0)
        last |= {name: turn for name in names if name}
        if turn == len(found):
            found.append([])
        found[turn].append(place)
    return found


def _carried_out(desk: Desk, action: Action, writes: Sequence[Write]) -> list[Receipt]:
    if not writes:
        return []
    try:
        match action:
            case Action.CREATE:
                return _create(desk, writes)
            case Action.UPDATE:
                return update(desk.post, desk.settings, desk.entity, desk.view, writes)
            case Action.DELETE:
                return delete(desk.post, desk.settings, desk.view, writes)
    except (Stop, Retry) as error:
        if not desk.post.sent:
            raise
        # Something was sent: whatever stopped us, the next call will run into it by itself.
        return [refused(write, Unsure(str(error))) for write in writes]


def _create(desk: Desk, writes: Sequence[Write]) -> list[Receipt]:
    ready: list[tuple[int, Wanted]] = []
    errors: dict[int, OppBridgeError] = {}
    for place, write in enumerate(writes):
        try:
            ready.append((place, wanted(desk.settings, desk.entity, desk.view, write)))
        except Reject as error:
            errors[place] = error
    if desk.entity == "contact":
        ready, unlinked = with_parties(desk.post.session, ready)
        errors |= unlinked
    done = _made(desk, [each for _, each in ready])
    receipts = dict(zip((place for place, _ in ready), done, strict=True))
    receipts |= {place: refused(writes[place], error) for place, error in errors.items()}
    return [receipts[place] for place in range(len(writes))]


def _made(desk: Desk, asked: Sequence[Wanted]) -> list[Receipt]:
    if not asked:
        return []
    if desk.view.table.lines is not None:
        return create_documents(desk.post, desk.settings, desk.view, asked)
    if desk.view.table.joins:
        return create_products(desk.post, desk.view, asked)
    return _rows(desk, asked)


def _rows(desk: Desk, asked: Sequence[Wanted]) -> list[Receipt]:
    """Rows that stand alone: customers and contacts."""
    post, view = desk.post, desk.view
    found = standing(post, view, asked)
    missing = [each for each in asked if each.write.origin not in found]
    made = dict(
        zip((each.write.origin for each in missing), insert(post, view, missing), strict=True)
    )
    keys = [each.key for each in made.values() if each.key]
    now = fetched(post.session, view, keys)
    receipts = []
    for each in asked:
        stood, became = found.get(each.write.origin), made.get(each.write.origin, Made())
        row = stood or now.get(folded(became.key or ""))
        if became.error is not None:
            receipts.append(refused(each.write, became.error))
        elif row is None:
            receipts.append(refused(each.write, Unsure("the service did not say what it made")))
        else:
            existed = stood is not None or became.existed
            receipts.append(stands(view, each.write, row, existed=existed))
    return receipts
