"""The HTTP side of one service: counts, limits and faults around each answer.

Answers are made on the event loop, one at a time: a twin is a serial machine, and what overlaps is
the waiting (latency faults, late commits, slow clients).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace

from aiohttp import web

from . import tampering
from .control import Control
from .counters import Call
from .faults import Fault, Kind
from .limits import Limiter, Throttle
from .wire import Request, Response, Service, split_target
from .world import World

_UNANSWERED = Response(0)
_WRITING = frozenset({"POST", "PATCH", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Front:
    """Serves one twin. `limiter` is None where the real service publishes no limits."""

    world: World
    service: Service
    limiter: Limiter | None
    control: Control

    async def handle(self, incoming: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request, or cut the connection where a fault says so."""
        request = await _read(incoming)
        if request.path.startswith("/_sandbox"):
            return _send(self.control.answer(self.service, self.limiter, request))
        user = self.service.user(request)
        throttle = self.limiter.enter(user) if self.limiter else None
        if throttle is not None:
            answer = self._throttled(throttle, request)
            self._count(request, answer, 0)
            return _send(answer)
        began = time.monotonic()
        if self.limiter is not None:
            request = replace(request, left=self.limiter.remaining(user))
        try:
            return await self._struck(incoming, request)
        finally:
            if self.limiter is not None:
                self.limiter.leave(user, time.monotonic() - began)

    async def _struck(self, incoming: web.BaseRequest, request: Request) -> web.StreamResponse:
        faults = {
            fault.kind: fault for fault in self.world.faults.strike(self.service.name, request)
        }
        if Kind.LATENCY in faults:
            await asyncio.sleep(faults[Kind.LATENCY].delay)
        if Kind.SILENCE in faults:
            await asyncio.sleep(faults[Kind.SILENCE].delay)
        instead = self._instead(faults, request)
        if instead is not None:
            self._count(request, instead, 0)
            return _cut(incoming) if instead is _UNANSWERED else _send(instead)
        if Kind.EXPIRED_DELTA in faults:
            request = replace(request, marks=request.marks | {Kind.EXPIRED_DELTA.value})
        if Kind.LATE_COMMIT in faults:
            request = replace(request, stamp=self.service.reserve())
            await asyncio.sleep(faults[Kind.LATE_COMMIT].delay)
        before = self.service.rows_written()
        answer = self.service.answer(request)
        for kind in faults.keys() & tampering.KINDS:
            answer = tampering.tamper(kind, request, answer)
        if Kind.REWRITE in faults:
            answer = tampering.rewritten(faults[Kind.REWRITE], answer)
        return await self._leave(
            incoming, request, answer, faults, self.service.rows_written() - before
        )

    async def _leave(
        self,
        incoming: web.BaseRequest,
        request: Request,
        answer: Response,
        faults: dict[Kind, Fault],
        rows: int,
    ) -> web.StreamResponse:
        if Kind.LOST_ANSWER in faults:
            await asyncio.sleep(faults[Kind.LOST_ANSWER].delay)
            self._count(request, replace(_UNANSWERED, writes=answer.writes), rows)
            return _cut(incoming)
        self._count(request, answer, rows)
        if Kind.RESET_IN_BODY in faults or Kind.TRUNCATED in faults:
            return await _half(incoming, answer, abort=Kind.RESET_IN_BODY in faults)
        if Kind.ENDLESS in faults:
            return await _without_end(incoming, answer, faults[Kind.ENDLESS].put)
        if Kind.SLOW_BODY in faults:
            return await _slowly(incoming, answer, faults[Kind.SLOW_BODY].delay)
        if Kind.SLOW_CLOSE in faults:
            return await _lingering(incoming, answer, faults[Kind.SLOW_CLOSE].delay)
        return _send(answer)

    def _instead(self, faults: dict[Kind, Fault], request: Request) -> Response | None:
        if faults.keys() & {Kind.RESET_BEFORE, Kind.SILENCE}:
            return _UNANSWERED
        if Kind.THROTTLE in faults:
            fault = faults[Kind.THROTTLE]
            refused = self.service.refusal(429, fault.facet, request)
            wait = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            return replace(refused, headers={**refused.headers, **wait})
        if Kind.EXPIRED_TOKEN in faults:
            return self.service.refusal(401, "The token has expired.", request)
        if Kind.HTML in faults:
            page = f"<html><body><h1>{faults[Kind.HTML].status}</h1></body></html>"
            return Response(faults[Kind.HTML].status, {"Content-Type": "text/html"}, page.encode())
        if Kind.STATUS in faults:
            fault = faults[Kind.STATUS]
            text = f"{fault.code}|{fault.message}" if fault.code else fault.message
            refused = self.service.refusal(fault.status, text, request)
            return replace(refused, headers={**refused.headers, **fault.headers})
        return None

    def _throttled(self, throttle: Throttle, request: Request) -> Response:
        refused = self.service.refusal(429, throttle.facet.value, request)
        return replace(
            refused, headers={**refused.headers, "Retry-After": str(throttle.retry_after)}
        )

    def _count(self, request: Request, answer: Response, rows: int) -> None:
        writes = int(request.method in _WRITING) if answer.writes is None else answer.writes
        self.world.counters.note(
            Call(self.service.name, request.method, request.path, answer.status, writes), rows
        )


async def _read(incoming: web.BaseRequest) -> Request:
    path, raw_query, query = split_target(incoming.raw_path)
    return Request(
        method=incoming.method,
        path=path,
        query=query,
        headers={name.lower(): value for name, value in incoming.headers.items()},
        body=await incoming.read(),
        base=f"https://{incoming.headers.get('Host', incoming.host)}",
        raw_query=raw_query,
    )


def _send(answer: Response) -> web.StreamResponse:
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def _cut(incoming: web.BaseRequest) -> web.StreamResponse:
    if incoming.transport is not None:
        incoming.transport.abort()
    return web.Response(status=503)


async def _half(incoming: web.BaseRequest, answer: Response, *, abort: bool) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_length = len(answer.body) or 1
    await response.prepare(incoming)
    await response.write(answer.body[: len(answer.body) // 2])
    if incoming.transport is not None:
        if abort:
            incoming.transport.abort()
        else:
            incoming.transport.close()
    return response


async def _slowly(
    incoming: web.BaseRequest, answer: Response, seconds: float
) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_length = len(answer.body)
    await response.prepare(incoming)
    size = max(1, len(answer.body) // 10)
    for begin in range(0, len(answer.body), size):
        await response.write(answer.body[begin : begin + size])
        await asyncio.sleep(seconds / 10)
    return response


async def _without_end(
    incoming: web.BaseRequest, answer: Response, again: str
) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.enable_chunked_encoding()
    await response.prepare(incoming)
    await response.write(answer.body)
    while incoming.transport is not None and not incoming.transport.is_closing():
        await response.write(again.encode("latin-1"))
        await asyncio.sleep(0)  # a write that need not wait hears nothing of a client gone away
    return response


async def _lingering(
    incoming: web.BaseRequest, answer: Response, seconds: float
) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.force_close()
    await response.prepare(incoming)
    await response.write(answer.body)
    await asyncio.sleep(seconds)
    return response
