"""Updates and deletes: read again, compared, sent sparse, read back.

A document's header and lines change in one change set. Status is the outcome of posting: where the
settings name an action for it that action is called, otherwise the write is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from oppbridge.contract import Action, Receipt, Write
from oppbridge.errors import Gone, Invalid, OppBridgeError, Reject, Stale, Unsure

from .fetch import fetched
from .guard import moved, same
from .joined import Found, own_etag
from .keys import folded, line_path, parts_of, row_path
from .products import SHARED, shared_path
from .receipts import line_of, refused, stands
from .rows import Row, path
from .sending import Post, Send
from .settings import ScmSettings
from .view import View
from .wanted import changed, line_body, line_change


@dataclass(frozen=True, slots=True)
class Step:
    """An update or delete made ready: what is sent, or why nothing is."""

    write: Write
    found: Found | None = None
    sends: Sequence[Send] = ()
    actions: Sequence[Send] = ()
    error: OppBridgeError | None = field(default=None)


def update(
    post: Post, settings: ScmSettings, entity: str, view: View, writes: Sequence[Write]
) -> list[Receipt]:
    """One receipt for each update, in order."""
    before = fetched(post.session, view, _keys(writes))
    steps = [_step(settings, entity, view, write, before) for write in writes]
    errors = _sent(post, steps)
    now = fetched(post.session, view, _keys([step.write for step in steps if step.found]))
    return [_receipt(view, step, error, now) for step, error in zip(steps, errors, strict=True)]


def delete(post: Post, settings: ScmSettings, view: View, writes: Sequence[Write]) -> list[Receipt]:
    """One receipt for each delete, in order; a row that is gone already is done."""
    if not view.table.deletable:
        error = Invalid(f"the service does not delete rows of {view.table.set}")
        return [refused(write, error) for write in writes]
    before = fetched(post.session, view, _keys(writes))
    steps = [_deletion(settings, view, write, before) for write in writes]
    errors = _sent(post, steps)
    return [
        Receipt(step.write.id, step.write.key, error=None if isinstance(error, Gone) else error)
        for step, error in zip(steps, errors, strict=True)
    ]


def _keys(writes: Sequence[Write]) -> list[str]:
    return [write.key for write in writes if write.key]


def _sent(post: Post, steps: Sequence[Step]) -> list[OppBridgeError | None]:
    """What became of each step: everything in one way out, then the actions one by one."""
    errors = [step.error for step in steps]
    work = [place for place, step in enumerate(steps) if step.error is None and step.sends]
    for place, sent in zip(work, post.all([steps[place].sends for place in work]), strict=True):
        errors[place] = _told(sent.error, sent.about)
    for place, step in enumerate(steps):
        for action in step.actions:
            if errors[place] is None:
                errors[place] = post.one(action).error
    return errors


def _told(error: OppBridgeError | None, about: str) -> OppBridgeError | None:
    return Invalid(f"{about}: {error}") if isinstance(error, Invalid) and about else error


def _receipt(
    view: View, step: Step, error: OppBridgeError | None, now: Mapping[str, Found]
) -> Receipt:
    found = now.get(folded(step.write.key or ""))
    if isinstance(error, Reject) and step.found and step.sends and _raced(step.found, found):
        # The service tells lost races in words of many languages; that the row moved is certain.
        error = Stale(f"{step.write.key} moved while it was written ({error})")
    if error is not None:
        return refused(step.write, error)
    if found is None:
        return refused(step.write, Unsure(f"{step.write.key} was written and cannot be read back"))
    return stands(view, step.write, found)


def _raced(before: Found, now: Found | None) -> bool:
    return now is not None and now.change.version != before.change.version


def _step(
    settings: ScmSettings, entity: str, view: View, write: Write, before: Mapping[str, Found]
) -> Step:
    found = before.get(folded(write.key or ""))
    if found is None:
        return Step(write, error=Gone(f"{write.key} is not in {view.table.set}"))
    stale = moved(view, write, found)
    if stale is not None:
        return Step(write, found, error=stale)
    try:
        actions = _actions(settings, entity, view, write, found)
        sends = [*_header(settings, view, write, found), *_parts(settings, view, write, found)]
    except Reject as error:
        return Step(write, found, error=error)
    return Step(write, found, sends, actions)


def _header(settings: ScmSettings, view: View, write: Write, found: Found) -> list[Send]:
    sent = changed(view, found.key, write.row)
    body = {name: value for name, value in sent.items() if not same(found.row.get(name), value)}
    etag = own_etag(found.change.version or "") if settings.guarded else None
    if view.table.joins:
        return _product(view, found, body, etag)
    if not body:
        return []
    return [Send("PATCH", row_path(view.table, found.key), body, etag)]


def _product(view: View, found: Found, body: Row, etag: str | None) -> list[Send]:
    """The shared product holds name and description, the release everything else."""
    shared = {name: body[name] for name in SHARED & body.keys()}
    elsewhere = {name for join in view.table.joins for name in join.columns}
    own = {name: value for name, value in body.items() if name not in SHARED | elsewhere}
    sends = []
    if own:
        sends.append(Send("PATCH", row_path(view.table, found.key), own, etag))
    if shared:
        sends.append(Send("PATCH", shared_path(str(found.row["ProductNumber"])), shared))
    return sends


def _parts(settings: ScmSettings, view: View, write: Write, found: Found) -> list[Send]:
    if not write.parts:
        return []
    company, number = parts_of(found.key)
    lines = view.parts
    stored = {str(line[lines.key]): line for line in found.lines}
    sends = []
    for part in write.parts:
        line = stored.get(part.key or "")
        about = f"line {part.key or part.id}"
        where = line_path(lines, company, part.key or "")
        etag = found.etags.get(part.key or "") if settings.guarded else None
        if part.action is Action.CREATE:
            if line_of(view, found, part.id) is None:
                body = line_body(settings, view, company, number, part)
                sends.append(Send("POST", path(lines.set), body, about=about))
        elif part.action is Action.DELETE:
            if line is not None:
                sends.append(Send("DELETE", where, None, etag, about))
        elif line is None:
            raise Invalid(f"{about} is not on {found.key}")
        elif body := _differing(line_change(view, company, part, line), line):
            sends.append(Send("PATCH", where, body, etag, about))
    return sends


def _differing(body: Row, stored: Row) -> Row:
    return {name: value for name, value in body.items() if not same(stored.get(name), value)}


def _actions(
    settings: ScmSettings, entity: str, view: View, write: Write, found: Found
) -> list[Send]:
    """The call that brings a new status about. Raises Invalid where the settings name none."""
    for name in sorted(view.table.outcomes & write.row.keys(), key=lambda n: "Processing" not in n):
        status = write.row[name]
        if not status or same(found.row.get(name), status):
            continue
        action = settings.actions.get(f"{entity}.{status}")
        if action is None:
            raise Invalid(
                f"{found.key}: {name} becomes {status} by posting in Supply Chain, not by a write; "
                f"name an action in the setting actions: {{{entity}.{status}: ...}} to call one"
            )
        return [Send("POST", row_path(view.table, found.key, action), {})]
    return []


def _deletion(settings: ScmSettings, view: View, write: Write, before: Mapping[str, Found]) -> Step:
    found = before.get(folded(write.key or ""))
    if found is None:
        return Step(write)
    stale = moved(view, write, found)
    if stale is not None:
        return Step(write, found, error=stale)
    etag = own_etag(found.change.version or "") if settings.guarded else None
    return Step(write, found, [Send("DELETE", row_path(view.table, found.key), None, etag)])
