"""Inventory Visibility behind its port, and the security service that opens it.

Both answer on one port: `/token` is the global security service, which redirects to the region's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from ..login import INVENTORY_APP
from ..scm.direct import Direct
from ..wire import Request, Response, Stamp
from ..world import World
from . import allocation
from .changes import BULK_LIMIT, change, overwrite, plan, reserve, unreserve
from .queries import BadInventory, Query, exact_query, index_query, run, url_query
from .stock import Stock

GATEWAY = "/securityservice/token"
AUDIENCE = "inventory of "
LIFETIME = 3600
_PATH = re.compile(r"/api/environment/([^/]+)/(.+)")
_SCOPE = "https://inventoryservice.operations365.dynamics.com/.default"


@dataclass(frozen=True, slots=True)
class Settings:
    """The schedule period in days, today included (7 at first, up to 180 in later releases)."""

    schedule_days: int = 30


class Inventory:
    """The service behind the inventory port."""

    name = "inventory"

    def __init__(self, world: World, scm: Direct, settings: Settings | None = None) -> None:
        self._world = world
        self._settings = settings or Settings()
        self.stock = Stock(world, scm)

    def user(self, request: Request) -> str:
        """The subject of the token."""
        token = self._world.tokens.find(request.bearer())
        return token.subject if token else ""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.path in ("/token", GATEWAY) and request.method == "POST":
            return self._exchange(request)
        found = _PATH.fullmatch(request.path)
        if found is None:
            return self.refusal(404, "Resource not found", request)
        environment, rest = found.groups()
        refused = self._refused(environment, request)
        if refused is not None:
            return refused
        try:
            with self.stock.database.transaction():
                return self._route(rest, request)
        except BadInventory as problem:
            return self.refusal(400, str(problem), request)

    def refusal(self, status: int, message: str, request: Request) -> Response:
        """Errors have no published shape; a message and a status are all that is assumed."""
        return _json(status, {"statusCode": status, "message": message})

    def command(self, name: str, body: Mapping[str, Any]) -> Any:
        """`reset`: forget every quantity that is not of the Supply Chain twin."""
        if name != "reset":
            raise KeyError(name)
        with self.stock.database.transaction():
            for table in self.stock.database.tables.values():
                for row in self.stock.database.rows(table.name):
                    self.stock.database.delete(table.name, [row[column] for column in table.key])
        return {"done": name}

    def reserve(self) -> Stamp | None:
        """Nothing here commits late."""
        return None

    def rows_written(self) -> int:
        """Rows changed so far."""
        return self.stock.database.versions.given

    def close(self) -> None:
        """Close the database."""
        self.stock.database.close()

    def _exchange(self, request: Request) -> Response:
        """The second step of signing in; the global address only says where to go."""
        if request.path == "/token":
            return Response(307, {"Location": f"{request.base}{GATEWAY}"})
        if "api-version" not in request.headers:
            return self.refusal(400, "The header Api-Version is missing.", request)
        try:
            body = request.json()
        except ValueError:
            return self.refusal(400, "The body is not JSON.", request)
        entra = self._world.tokens.valid(str(body.get("client_assertion", "")))
        if entra is None or entra.audience != INVENTORY_APP:
            return self.refusal(401, "The client assertion is not a valid token.", request)
        if body.get("client_assertion_type") != "aad_app" or body.get("scope") != _SCOPE:
            return self.refusal(400, "The assertion type or the scope is not supported.", request)
        if body.get("context_type") != "finops-env":
            return self.refusal(400, "The context type is not supported.", request)
        if body.get("context") != self._world.identity.environment_id:
            return self.refusal(403, "The add-in is not installed in this environment.", request)
        audience = f"{AUDIENCE}{body['context']}"
        token = self._world.tokens.issue(entra.subject, audience, LIFETIME)
        answer = {"access_token": token, "token_type": "bearer", "expires_in": LIFETIME}
        return _json(200, answer)

    def _refused(self, environment: str, request: Request) -> Response | None:
        token = self._world.tokens.valid(request.bearer())
        if token is None or not token.audience.startswith(AUDIENCE):
            return self.refusal(401, "Unauthorized", request)
        if token.audience != f"{AUDIENCE}{environment}":
            return self.refusal(403, "The token belongs to another environment.", request)
        if "api-version" not in request.headers:
            return self.refusal(400, "The header Api-Version is missing.", request)
        return None

    def _route(self, rest: str, request: Request) -> Response:
        if request.method == "GET" and rest == "onhand":
            return self._query(url_query(request.query))
        if request.method != "POST":
            return self.refusal(405, "Method not allowed", request)
        try:
            body = request.json()
        except ValueError as problem:
            raise BadInventory(f"The body is not JSON: {problem}") from problem
        match rest:
            case "onhand/indexquery":
                return self._query(index_query(_object(body)))
            case "onhand/exactquery":
                return self._query(exact_query(_object(body)))
            case "allocation/query":
                return _json(200, allocation.query(self.stock, _object(body)))
        return self._events(rest, body, request)

    def _query(self, query: Query) -> Response:
        return _json(200, run(query, self.stock, self._settings.schedule_days))

    def _events(self, rest: str, body: Any, request: Request) -> Response:
        stock, days = self.stock, self._settings.schedule_days
        writers: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "onhand": partial(change, stock),
            "onhand/reserve": partial(reserve, stock),
            "onhand/unreserve": partial(unreserve, stock),
            "onhand/changeschedule": partial(plan, stock, days),
            **{f"allocation/{name}": partial(act, stock) for name, act in _ALLOCATION.items()},
        }
        absolute = re.fullmatch(r"setonhand/(\w+)", rest.removesuffix("/bulk"))
        if absolute and rest.endswith("/bulk"):
            writers[absolute.group()] = partial(overwrite, stock, absolute.group(1))
        write = writers.get(rest.removesuffix("/bulk"))
        if write is None:
            return self.refusal(404, "Resource not found", request)
        if not rest.endswith("/bulk"):
            answer = write(_object(body))
            return _json(answer["statusCode"], answer)
        if not isinstance(body, list) or len(body) > BULK_LIMIT:
            raise BadInventory(f"The body must be an array of at most {BULK_LIMIT} records.")
        return _json(200, [write(_object(event)) for event in body])


_ALLOCATION = {
    "allocate": allocation.allocate,
    "unallocate": allocation.unallocate,
    "reallocate": allocation.reallocate,
    "consume": allocation.consume,
}


def _object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise BadInventory("The body must be an object.")
    return body


def _json(status: int, body: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, orjson.dumps(body))
