"""The addresses of the page, and what each asks of the Python API."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from ..bridge import Bridge
from ..errors import ConfigError, OppBridgeError
from .guard import COOKIE, Guard, same_origin
from .pages import Pages, stylesheet

BODY = 1 << 16
"""Bytes of a form; one that lists more writes than fit is refused."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Form = dict[str, list[str]]


def app(config: str | os.PathLike[str], guard: Guard) -> FastAPI:
    """The page over one configuration, behind a guard."""
    made = FastAPI(title="OppBridge", docs_url=None, redoc_url=None, openapi_url=None)
    desk = Desk(config, guard)
    looks, acts = (
        APIRouter(dependencies=list(guard.looks)),
        APIRouter(dependencies=[*guard.acts, Depends(same_origin)]),
    )
    for path, page in desk.looking().items():
        looks.add_api_route(path, page, methods=["GET"], response_class=HTMLResponse)
    for path, action in desk.acting().items():
        acts.add_api_route(path, action, methods=["POST"])
    looks.add_api_route("/style.css", _style, methods=["GET"])
    made.include_router(looks)
    made.include_router(acts)
    made.middleware("http")(_careful)
    made.add_exception_handler(OppBridgeError, desk.wrong)
    return made


async def _careful(request: Request, then: Callable[[Request], Any]) -> Response:
    """Headers that keep a browser from doing what the page does not ask for."""
    answer: Response = await then(request)
    for name, value in HEADERS.items():
        answer.headers[name] = value
    key = request.query_params.get("token")
    if key and answer.status_code < 400:
        answer.set_cookie(COOKIE, key, httponly=True, samesite="strict")
    return answer


def _style() -> Response:
    return Response(stylesheet(), media_type="text/css")


async def _form(request: Request) -> Form:
    """The fields of a form. Raises HTTPException for one that is too long."""
    body = await request.body()
    if len(body) > BODY:
        raise HTTPException(413, "too much was chosen at once")
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=5000)


Filled = Annotated[Form, Depends(_form)]


class Desk:
    """What every address shows or does."""

    def __init__(self, config: str | os.PathLike[str], guard: Guard) -> None:
        self.config, self.guard = config, guard
        self.pages = Pages()

    def looking(self) -> dict[str, Callable[..., Any]]:
        """The addresses that show something."""
        return {
            "/": self.flows,
            "/flows/{flow}": self.flow,
            "/runs/{run}": self.run,
            "/held": self.held,
            "/dead": self.dead,
            "/record": self.record,
        }

    def acting(self) -> dict[str, Callable[..., Any]]:
        """The addresses that do something."""
        return {"/held": self.settle, "/dead": self.again}

    @contextmanager
    def bridge(self) -> Iterator[Bridge]:
        """The configuration, open."""
        with Bridge.open(self.config) as found:
            yield found

    def flows(self, request: Request) -> HTMLResponse:
        """Every flow: when it last ran, how far behind each reading is, what waits."""
        with self.bridge() as bridge:
            status = bridge.status()
        return self.pages.show("flows", request, status=status)

    def flow(self, request: Request, flow: str) -> HTMLResponse:
        """The latest runs of a flow."""
        with self.bridge() as bridge:
            runs = bridge.runs(flow)
            counts = bridge.status()["flows"][flow]["writes"]
        return self.pages.show("flow", request, flow=flow, runs=runs, counts=counts)

    def run(self, request: Request, run: int) -> HTMLResponse:
        """One run: counts, problems, and what it wrote, with the values before and after."""
        with self.bridge() as bridge:
            told = bridge.run_told(run)
            names = bridge.names(told["writes"])
        return self.pages.show("run", request, run=told, names=names)

    def held(self, request: Request, flow: str | None = None, said: str = "") -> HTMLResponse:
        """What waits for a person."""
        with self.bridge() as bridge:
            found = bridge.held(flow or None)
        return self._listed("held", request, found, flow, said)

    def dead(self, request: Request, flow: str | None = None, said: str = "") -> HTMLResponse:
        """What cannot go through, and why."""
        with self.bridge() as bridge:
            found = bridge.dead(flow or None)
        return self._listed("dead", request, found, flow, said)

    def _listed(
        self, page: str, request: Request, found: list[Any], flow: str | None, said: str
    ) -> HTMLResponse:
        with self.bridge() as bridge:
            flows, names = bridge.flows(), bridge.names(found)
        return self.pages.show(
            page, request, writes=found, flow=flow, said=said, flows=flows, names=names
        )

    def record(self, request: Request, system: str = "", key: str = "") -> HTMLResponse:
        """The story of one record."""
        with self.bridge() as bridge:
            systems = bridge.systems()
            told = bridge.why(system, key) if key else None
        return self.pages.show(
            "record", request, told=told, system=system, key=key, systems=systems
        )

    def settle(self, request: Request, form: Filled) -> Response:
        """Approve or refuse what was chosen."""
        ids, what = _ids(form), _one(form, "what")
        by, choice = self.guard.who(request), _one(form, "choice") or None
        with self.bridge() as bridge:
            if what == "approve":
                said = f"{bridge.approve(ids, by, choice)} approved: they go with the next run"
            elif what == "refuse":
                said = f"{bridge.refuse(ids, by)} refused"
            else:
                raise ConfigError(f"there is no answer {what!r}")
        return _back(request, "held", form, said)

    def again(self, request: Request, form: Filled) -> Response:
        """Try dead letters again, or set them aside."""
        ids, what, by = _ids(form), _one(form, "what"), self.guard.who(request)
        with self.bridge() as bridge:
            if what == "retry":
                said = f"{bridge.retry(ids, by)} are tried again with the next run"
            elif what == "drop":
                said = f"{bridge.drop(ids, by)} set aside"
            else:
                raise ConfigError(f"there is no answer {what!r}")
        return _back(request, "dead", form, said)

    def wrong(self, request: Request, error: Exception) -> Response:
        """What cannot be shown or done, in its own words."""
        return self.pages.show("wrong", request, code=409, told=str(error))


def _ids(form: Form) -> list[int]:
    found = [int(text) for text in form.get("id", []) if text.isdecimal()]
    if not found:
        raise ConfigError("nothing was chosen")
    return found


def _one(form: Form, name: str) -> str:
    return form.get(name, [""])[0]


def _back(request: Request, page: str, form: Form, said: str) -> RedirectResponse:
    """To the list again, which says what was done."""
    root = request.scope.get("root_path", "")
    query = urlencode({"flow": _one(form, "flow"), "said": said})
    return RedirectResponse(f"{root}/{page}?{query}", status_code=303)
