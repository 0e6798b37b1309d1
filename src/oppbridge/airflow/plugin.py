"""What Airflow loads in every process: where OppBridge's page stands. The page comes when asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.plugins_manager import AirflowPlugin

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class LazyPage:
    """The page as an ASGI application, imported at its first request: workers never pay for it."""

    def __init__(self) -> None:
        self._page: Any = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._page is None:
            from .page import guarded

            self._page = guarded()
        await self._page(scope, receive, send)


class OppBridgePlugin(AirflowPlugin):
    """A page in the navigation; its address is `/oppbridge` of the api-server."""

    name = "oppbridge"
    fastapi_apps = [{"app": LazyPage(), "url_prefix": "/oppbridge", "name": "OppBridge"}]  # noqa: RUF012 - Airflow's way
    external_views = [  # noqa: RUF012
        {
            "name": "OppBridge",
            "href": "/oppbridge/",
            "destination": "nav",
            "url_route": "oppbridge",
        }
    ]
