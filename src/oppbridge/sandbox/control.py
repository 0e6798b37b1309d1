"""`/_sandbox/...` on every port: what a test in another process may ask of the sandbox.

GET counters, calls, faults, clock, ready. POST, with a JSON body: `faults/add` (see `Fault`),
`faults/clear`, `clock/move` {seconds}, `clock/stop`, `clock/resume`, `counters/reset`,
`limits` {factor} or fields of `Rules`, `tokens/revoke`. Anything else is a command of the service
behind the port.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

import orjson

from .faults import fault_names
from .limits import Limiter, Rules
from .wire import Request, Response, Service
from .world import World


@dataclass(frozen=True, slots=True)
class Control:
    """Answers control requests. `ready` gives what `serve --ready` writes."""

    world: World
    ready: Callable[[], dict[str, Any]]

    def answer(self, service: Service, limiter: Limiter | None, request: Request) -> Response:
        """200 with what was asked, 404 for unknown commands, 400 for bad ones."""
        name = request.path.removeprefix("/_sandbox").strip("/")
        try:
            body = request.json() if request.body else {}
            result = (
                self._look(name)
                if request.method == "GET"
                else self._do(name, body, service, limiter)
            )
        except KeyError as unknown:
            return _json(404, {"error": f"unknown command {unknown}"})
        except (ValueError, TypeError) as problem:
            return _json(400, {"error": str(problem)})
        return _json(200, result)

    def _look(self, name: str) -> Any:
        looks: dict[str, Callable[[], Any]] = {
            "counters": self.world.counters.totals,
            "calls": lambda: [asdict(call) for call in self.world.counters.calls],
            "faults": self.world.faults.listed,
            "ready": self.ready,
            "clock": lambda: {"now": self.world.clock.stamp()},
        }
        return looks[name]()

    def _do(
        self, name: str, body: dict[str, Any], service: Service, limiter: Limiter | None
    ) -> Any:
        match name:
            case "faults/add":
                if unknown := set(body) - fault_names():
                    raise ValueError(f"a fault has no {sorted(unknown)}")
                self.world.faults.add(**body)
            case "faults/clear":
                self.world.faults.clear()
            case "clock/move":
                self.world.clock.move(float(body["seconds"]))
            case "clock/stop":
                self.world.clock.stop()
            case "clock/resume":
                self.world.clock.resume()
            case "counters/reset":
                self.world.counters.reset()
            case "tokens/revoke":
                self.world.tokens.revoke_all()
            case "limits":
                set_limits(limiter, body)
            case _:
                return service.command(name, body)
        return {"done": name}


def set_limits(limiter: Limiter | None, body: dict[str, Any]) -> None:
    """Scale the published limits by `factor`, or set single ones. Counting begins anew."""
    if limiter is None:
        return
    names = {f.name for f in fields(Rules)}
    rules = Rules(**{name: value for name, value in body.items() if name in names})
    limiter.reset(rules.scaled(float(body.get("factor", 1.0))))


def _json(status: int, body: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, orjson.dumps(body, default=str))
