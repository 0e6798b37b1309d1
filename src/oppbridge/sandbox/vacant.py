"""A port with nothing behind it: answers 404 to everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .wire import Request, Response, Stamp, answer_json


class Vacant:
    """Stands where a sandbox was started without one of its services."""

    def __init__(self, name: str) -> None:
        self.name = name

    def user(self, request: Request) -> str:
        """Whose limits the request counts against: the token's."""
        return request.bearer()

    def answer(self, request: Request) -> Response:
        """404."""
        return self.refusal(404, "Nothing is served here.", request)

    def refusal(self, status: int, message: str, request: Request) -> Response:
        """A plain JSON error."""
        return answer_json(status, {"error": {"code": "", "message": message}})

    def command(self, name: str, body: Mapping[str, Any]) -> Any:
        """There are none."""
        raise KeyError(name)

    def reserve(self) -> Stamp | None:
        """There are no versions."""
        return None

    def rows_written(self) -> int:
        """There are no rows."""
        return 0

    def close(self) -> None:
        """Nothing to let go of."""
