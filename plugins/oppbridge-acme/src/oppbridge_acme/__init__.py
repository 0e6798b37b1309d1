"""Acme CRM for OppBridge."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from oppbridge import hookimpl
from oppbridge.contract import Action, Change, ConnectorSpec, Page, Part, Receipt, Trait, Write
from oppbridge.cursors import Keyset
from oppbridge.errors import Gone, OppBridgeError, Unlinked


class AcmeSettings(BaseModel):
    url: str
    token: SecretStr
    ca_file: Path | None = None
    patience: float = 60.0  # seconds


class Acme:
    def __init__(self, settings: AcmeSettings, selections: Mapping[str, Any]) -> None:
        from oppbridge.http import answer, session

        http, bounds = session.pool(settings.ca_file), session.Bounds(patience=settings.patience)
        http.headers["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
        self.session = session.Session(settings.url, http, None, judge=judge, bounds=bounds)
        self.kinds = {entity: selection.native for entity, selection in selections.items()}
        self.called = answer.Call

    def close(self) -> None:
        self.session.close()

    def changes(self, entity: str, cursor: str | None, limit: int) -> Page:
        place, sweep = json.loads(cursor) if cursor else (None, True)
        at = Keyset.parse(place)
        query = {"limit": limit, "after": [at.stamp, at.id] if at.stamp else None, "whole": sweep}
        try:
            body = self.call("POST", f"{self.kinds[entity]}/feed", query, repeatable=True)
        except Gone:  # the feed has forgotten that place
            if cursor is None:
                raise
            return self.changes(entity, None, limit)
        seen, more = [(row["updated"], row["id"]) for row in body["items"]], body["more"]
        then = json.dumps([str(at.advance(seen, body["settled"], more=more)), sweep and more])
        return Page([change(row) for row in body["items"]], then, more, sweep, cursor is None)

    def fetch(self, entity: str, keys: Sequence[str]) -> Sequence[Change]:
        rows = self.call("POST", f"{self.kinds[entity]}/rows", {"ids": list(keys)}, repeatable=True)
        return [change(row) for row in rows["items"]]

    def write(self, entity: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        return [self.receipt(self.kinds[entity], write) for write in writes]

    def receipt(self, kind: str, write: Write) -> Receipt:
        row = {name: value for name, value in write.row.items() if name != "id"}
        body = {"id": write.origin, "set": row, "parts": [part(one) for one in write.parts]}
        method, path = METHODS[write.action], f"{kind}/{write.key or ''}"
        try:
            done = self.call(method, path, body, write.version)
        except OppBridgeError as error:
            deleted = write.action is Action.DELETE and isinstance(error, Gone)
            return Receipt(write.id, write.key, error=None if deleted else error)
        if write.action is Action.DELETE:
            return Receipt(write.id, write.key)
        stored, parts = done["row"], {p.id: p.id for p in write.parts if p.key is None}
        rev = str(stored["rev"])
        return Receipt(write.id, stored["id"], stored, rev, done["existed"], parts)

    def call(self, verb: str, path: str, body: Any, rev: str | None = None, **how: bool) -> Any:
        headers = {"If-Match": rev} if rev else {}
        sent = json.dumps(body, default=str).encode()  # amounts are Decimal
        return self.session.json(self.called(verb, path, sent, headers, **how))


def judge(call: Any, answer: Any) -> OppBridgeError | None:
    from oppbridge.http.trouble import by_status, error_of

    code, message = error_of(answer)
    return Unlinked(message) if code == "unlinked" else by_status(call, answer)


def change(row: dict[str, Any]) -> Change:
    at, gone = datetime.fromisoformat(row["updated"]), row.get("gone")
    return Change(row["id"], None if gone else row, None if gone else str(row["rev"]), at)


def part(one: Part) -> dict[str, Any]:
    id = one.key or one.id
    return {"collection": one.collection, "action": one.action, "id": id, "set": one.row}


METHODS = {Action.CREATE: "POST", Action.UPDATE: "PATCH", Action.DELETE: "DELETE"}
MAPS = {path.stem: path for path in Path(__file__).with_name("maps").glob("*.yaml")}
SPEC = ConnectorSpec("acme", AcmeSettings, Acme, MAPS, frozenset(Trait) - {Trait.TALLIED})


@hookimpl
def oppbridge_connectors() -> list[ConnectorSpec]:
    return [SPEC]
