"""The Dataverse service: who calls, what is asked, and the headers every answer carries."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..database import Database
from ..wire import Request, Response, Stamp
from ..world import World
from .commands import run_command
from .desk import Caller, Desk
from .direct import Direct
from .refusals import (
    NO_IMPERSONATION,
    NO_RESOURCE,
    NOT_A_MEMBER,
    THROTTLED,
    Refused,
    error_response,
)
from .routes import answer_errors
from .schema.book import make_book, storage
from .seed import application_caller, seed
from .settings import Settings

_ROOT = re.compile(r"/api/data/v9\.[0-2](/|$)")


class DataverseTwin:
    """Serves one environment; see `Service` for what the front asks of it."""

    name = "dataverse"

    def __init__(self, world: World, settings: Settings | None = None) -> None:
        self.world = world
        self.settings = settings or Settings()
        book = make_book(self.settings.columns, self.settings.keys, self.settings.untracked)
        self.database = Database(world.database_path(self.name), storage(book), world.clock)
        self.direct = Direct(book, self.database, self.settings)
        if self.database.fact("organization") is None:
            with self.database.transaction():
                seed(
                    Desk(self.direct.book, self.database, self.settings, application_caller()),
                    world.identity,
                )

    def user(self, request: Request) -> str:
        """The token's subject, or the token: limits are counted per user."""
        token = self.world.tokens.find(request.bearer())
        return token.subject if token else request.bearer()

    def answer(self, request: Request) -> Response:
        """Answer one request under the database's lock."""
        with self.database.lock:
            try:
                response = self._answer(request)
            finally:
                if request.stamp is not None:
                    self.database.versions.release(request.stamp)
        return replace(response, headers={**response.headers, **self._headers(request)})

    def _answer(self, request: Request) -> Response:
        if not _ROOT.match(request.path):
            return error_response(
                404, NO_RESOURCE, f"Resource not found for the segment '{request.path}'."
            )
        if not self._signed_in(request):
            return self.refusal(401, "", request)
        try:
            caller = self._caller(request)
        except Refused as refusal:
            return error_response(refusal.status, refusal.code, refusal.message)
        return answer_errors(Desk(self.direct.book, self.database, self.settings, caller), request)

    def refusal(self, status: int, message: str, request: Request) -> Response:
        """Refusals that the front decides on: throttling, sign-in, trouble."""
        if status == 401:
            tenant, resource = self.world.identity.tenant, request.base
            login = f"{self.world.urls.get('login')}/{tenant}/oauth2/authorize"
            challenge = f"Bearer authorization_uri={login}, resource_id={resource}/"
            return Response(401, {"WWW-Authenticate": challenge})
        if status == 429:
            rules = {"requests": 6000, "window": 300, "milliseconds": "1,200,000", "concurrent": 52}
            code, text = THROTTLED.get(message, THROTTLED["requests"])
            return error_response(429, code, text.format(**rules))
        code, bar, text = message.partition("|")
        return error_response(status, code if bar else "0x80040216", text if bar else message)

    def command(self, name: str, body: Mapping[str, Any]) -> Any:
        """Control commands of its own; see `run_command`."""
        return run_command(self.direct, name, body)

    def reserve(self) -> Stamp | None:
        """Row versions for a late commit."""
        return self.database.versions.reserve()

    def rows_written(self) -> int:
        """Rows created, changed or deleted so far."""
        return self.database.versions.given

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def _signed_in(self, request: Request) -> bool:
        token = request.bearer()
        if not token:
            return False
        known = self.world.tokens.find(token)
        if known is not None:
            return known.expires > self.world.clock.time() and self._for_us(known.audience, request)
        return not self.settings.strict_tokens

    def _for_us(self, audience: str, request: Request) -> bool:
        return not self.settings.strict_tokens or audience.rstrip("/") in {
            request.base,
            self.world.urls.get("dataverse"),
        }

    def _caller(self, request: Request) -> Caller:
        me = application_caller().user
        token = self.world.tokens.find(request.bearer())
        if token is not None and self.settings.strict_tokens:
            found = self.database.rows("systemuser", "applicationid = ?", [token.subject])
            if not found:
                raise Refused(403, NOT_A_MEMBER, "The user is not a member of the organization.")
            me = found[0]["systemuserid"]
        column, wanted = "", ""
        if "callerobjectid" in request.headers:
            column, wanted = "azureactivedirectoryobjectid", request.headers["callerobjectid"]
        elif "mscrmcallerid" in request.headers:
            column, wanted = "systemuserid", request.headers["mscrmcallerid"]
        user, real = me, None
        if wanted:
            if not self.settings.assumptions.impersonation_allowed:
                raise Refused(
                    403, NO_IMPERSONATION, "The caller may not act on behalf of another user."
                )
            found = self.database.rows("systemuser", f"{column} = ?", [wanted.strip("{}").lower()])
            if not found:
                raise Refused(403, NOT_A_MEMBER, "The user is not a member of the organization.")
            user, real = found[0]["systemuserid"], me
        integration = self.database.select(
            "SELECT isintegrationuser FROM systemuser WHERE systemuserid = ?", [user]
        )
        return Caller(user, real, bool(integration and integration[0][0]))

    def _headers(self, request: Request) -> dict[str, str]:
        identity = str(uuid.uuid4())
        headers = {
            "OData-Version": "4.0",
            "x-ms-service-request-id": identity,
            "REQ_ID": identity,
            "x-ms-dop-hint": "4",
            "Set-Cookie": "ARRAffinity=sandbox; Path=/; HttpOnly; Secure",
        }
        if request.left is not None:
            headers["x-ms-ratelimit-burst-remaining-xrm-requests"] = str(request.left[0])
            headers["x-ms-ratelimit-time-remaining-xrm-requests"] = f"{request.left[1]:.2f}"
        return headers
