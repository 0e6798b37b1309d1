"""The Supply Chain twin behind its port: who calls, what they ask for, and how it is answered."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson

from ..database import Database, Row
from ..odata.batch import Answered, BadBatch, Runner, build_batch, parse_batch
from ..wire import JSON, Request, Response, Stamp
from ..world import World
from .addresses import Address, key_text, parse_address
from .blobs import PLACE
from .commands import run_command
from .direct import Direct
from .draft import Twin
from .metadata import csdl, described, service_document
from .numbers import Numbers
from .packages import SET, Packages
from .postings import Postings
from .reading import Reader, Scope, visible
from .refusals import (
    NAMESPACE,
    REFUSALS,
    Malformed,
    Missing,
    answer_error,
    error_body,
    refusal_answer,
)
from .rows import Rows, etag
from .rules import RULES
from .schema import Schema, extended, load
from .seed import seed
from .settings import Settings, User, sequences
from .values import tables
from .writing import Writer

BATCH_LIMIT = 5000
PERSON = "person@sandbox.local"
THROTTLED = {
    "requests": "Number of requests exeeded the limit of 6000 over the time window of 300 seconds.",
    "execution": (
        "Combined execution time of incoming requests exceeded limit of 1200 seconds over time "
        "window of 300 seconds. Decrease number of concurrent requests or reduce the duration of "
        "requests and try again later."
    ),
    "concurrency": "Number of concurrent requests exceeded the limit of 52.",
    "resources": (
        "This request could not be processed at this time due to system experiencing high "
        "resource utilization."
    ),
}


class SupplyChain:
    """The service; `postings`, `writer` and `twin` are also what people and tests use directly."""

    name = "scm"

    def __init__(self, world: World, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self._world = world
        schema = extended(load(), settings.columns)
        self._database = Database(world.database_path("scm"), tables(schema), world.clock)
        rows = Rows(self._database, schema)
        self.twin: Twin = Twin(rows, Numbers(self._database), world.clock, settings.assumptions)
        self.writer = Writer(self.twin, RULES)
        self.postings: Postings = Postings(self.twin, self.writer)
        self.packages: Packages = Packages(self.twin, self.writer)
        self.direct: Direct = Direct(self)
        self._reader = Reader(rows)
        self._users = {world.identity.client_id: User(), PERSON: User(), **settings.users}
        wanted = sequences(settings) if seed(rows) else settings.sequences
        for (company, name), mode in wanted.items():
            self.twin.numbers.set_mode(company, name, mode)

    def user(self, request: Request) -> str:
        """The subject of the token."""
        token = self._world.tokens.find(request.bearer())
        return token.subject if token else ""

    def answer(self, request: Request) -> Response:
        """Answer one request, alone or as part of a batch."""
        if request.path.startswith(PLACE):
            return self.packages.blobs.answer(request)
        user = self._caller(request)
        if user is None:
            return self.refusal(401, "", request)
        try:
            answer = self._answer(request, user)
        finally:
            if request.stamp is not None:
                self._database.versions.release(request.stamp)
        trace = {"ms-dyn-aid": str(uuid.uuid4()), "server-timing": "total;dur=1"}
        return replace(answer, headers={"OData-Version": "4.0", **trace, **answer.headers})

    def refusal(self, status: int, message: str, request: Request) -> Response:
        """401 with its challenge, 429 as published, anything else in the usual shape."""
        if status == 401:
            resource = request.base
            place = f"{self._world.urls.get('login', '')}/{self._world.identity.tenant}"
            challenge = (
                f'Bearer authorization_uri="{place}/oauth2/authorize", resource_id="{resource}"'
            )
            return Response(401, {"WWW-Authenticate": challenge})
        if status == 429:
            message = THROTTLED.get(message, message)
        return answer_error(status, error_body(message.rpartition("|")[2]))

    def command(self, name: str, body: Mapping[str, Any]) -> Any:
        """What people, batch jobs and administrators do; see `commands`."""
        with self._database.transaction():
            return run_command(self, name, body)

    @property
    def schema(self) -> Schema:
        """The entity sets as they are now."""
        return self.twin.rows.schema

    def reserve(self) -> Stamp | None:
        """Row versions for a late commit."""
        return self._database.versions.reserve()

    def rows_written(self) -> int:
        """Rows changed so far."""
        return self._database.versions.given

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def add_user(self, subject: str, user: User) -> None:
        """Map a token subject to a user."""
        self._users[subject] = user

    def _caller(self, request: Request) -> User | None:
        """The user behind a valid token for exactly this address, None for anybody else."""
        if not self.twin.assumptions.strict_tokens:
            known = self._users.get(self.user(request))
            return known or (User() if request.bearer() else None)
        token = self._world.tokens.valid(request.bearer())
        return self._users.get(token.subject) if token and token.audience == request.base else None

    def _answer(self, request: Request, user: User) -> Response:
        try:
            if request.path.startswith("/Metadata/") and request.method == "GET":
                path = request.path.removeprefix("/Metadata/")
                return _json(described(path, self.schema, request.base))
            return self._route(request, user)
        except REFUSALS as problem:
            name = request.path.removeprefix("/data/").partition("(")[0].partition("/")[0]
            entity = self.schema.entities.get(name)
            return refusal_answer(problem, entity.type if entity else "", user.language)

    def _route(self, request: Request, user: User) -> Response:
        if not request.path.startswith("/data"):
            raise Missing
        path = request.path.removeprefix("/data").strip("/")
        if path.startswith(f"{SET}/{NAMESPACE}.") and request.method == "POST":
            return self._package(path.rpartition(".")[2], request)
        if path in ("", "$metadata", "$batch"):
            return self._service(path, request, user)
        return self._entity(parse_address(path, self.schema), request, user)

    def _package(self, action: str, request: Request) -> Response:
        value = self.packages.act(action, _body(request), request.base)
        return _json(
            {"@odata.context": f"{request.base}/data/$metadata#Edm.String", "value": value}
        )

    def _service(self, path: str, request: Request, user: User) -> Response:
        if path == "$batch" and request.method == "POST":
            return self._batch(request, user)
        if request.method != "GET":
            raise Missing
        if path == "":
            return _json(service_document(self.schema, request.base))
        return Response(200, {"Content-Type": "application/xml"}, csdl(self.schema))

    def _entity(self, address: Address, request: Request, user: User) -> Response:
        scope = self._scope(request, user)
        match request.method:
            case "GET":
                return self._get(address, request, scope)
            case "POST" if address.key is None and not address.rest:
                with self._database.transaction(request.stamp):
                    row = self.writer.create(
                        address.entity, _body(request), user.company, user.companies
                    )
                return self._created(address, request, row)
            case "PATCH" | "PUT" | "DELETE" if address.key is not None and not address.rest:
                return self._change(address, request, scope)
        raise Missing

    def _get(self, address: Address, request: Request, scope: Scope) -> Response:
        assumptions = self.twin.assumptions
        if address.key is None and address.rest == "$count":
            count = self._reader.count(address, request, scope, assumptions)
            return Response(200, {"Content-Type": "text/plain"}, str(count).encode())
        if address.key is None:
            if address.rest:
                raise Missing
            body, asked = self._reader.collection(address, request, scope, assumptions)
            return _json(
                body, {"Preference-Applied": f"odata.maxpagesize={asked}"} if asked else {}
            )
        if address.rest:
            return _json(self._reader.related(address, request, scope))
        return _json(self._reader.one(address, request, scope))

    def _change(self, address: Address, request: Request, scope: Scope) -> Response:
        entity, key = address.entity, address.key or ()
        if not scope.sees(entity, key):
            raise Missing
        guard = request.headers.get("if-match", "")
        with self._database.transaction(request.stamp):
            if request.method == "DELETE":
                self.writer.delete(entity, key, guard)
            elif request.method == "PUT":
                self.writer.replace(entity, key, _body(request), guard)
            else:
                self.writer.update(entity, key, _body(request), guard)
        return Response(204)

    def _created(self, address: Address, request: Request, row: Row) -> Response:
        entity = address.entity
        key = tuple(row[name] for name in entity.key)
        place = f"{request.base}/data/{entity.name}{key_text(entity, key)}"
        tag = self.twin.rows.etag(entity.name, key) or etag(entity, 1, 0)
        body: Row = {
            "@odata.context": f"{request.base}/data/$metadata#{entity.name}/$entity",
            "@odata.etag": tag,
        }
        for name in visible(entity):
            decimal = entity.columns[name].kind == "n"
            body[name] = orjson.Fragment(str(row[name])) if decimal else row[name]
        return Response(201, {"Content-Type": JSON, "Location": place}, orjson.dumps(body))

    def _batch(self, request: Request, user: User) -> Response:
        try:
            items = parse_batch(request.headers.get("content-type", ""), request.body, BATCH_LIMIT)
        except BadBatch as problem:
            raise Malformed(str(problem)) from problem

        def answer(part: Request) -> Response:
            answer = self._struck(part) or self._answer(part, user)
            return replace(answer, headers={"OData-Version": "4.0", **answer.headers})

        def refuse(text: str) -> Response:
            return answer_error(400, error_body(text))

        runner = Runner(
            answer,
            lambda: self._database.transaction(request.stamp),
            refuse,
            f"{request.base}/data",
            True,
        )
        answered: list[Answered] = runner.run(items, request)
        return build_batch(answered)

    def _struck(self, part: Request) -> Response | None:
        """Parts are throttled one by one: faults for the service `scm part`."""
        for fault in self._world.faults.strike("scm part", part):
            throttled = fault.kind == "throttle"
            status, message = (429, fault.facet) if throttled else (fault.status, fault.message)
            answer = self.refusal(status, message, part)
            return replace(answer, headers={**answer.headers, "Retry-After": fault.retry_after})
        return None

    def _scope(self, request: Request, user: User) -> Scope:
        if request.query.get("cross-company", "").lower() == "true":
            return Scope(user.companies)
        return Scope((user.company,))


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body, parse_float=Decimal)  # amounts keep every digit
    except ValueError as problem:
        raise Malformed(f"Invalid JSON. {problem}") from problem
    if not isinstance(body, dict):
        raise Malformed("A JSON object was expected as the payload.")
    return body


def _json(body: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Response(200, {"Content-Type": JSON, **(headers or {})}, orjson.dumps(body))
