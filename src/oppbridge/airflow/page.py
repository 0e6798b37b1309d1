"""The page inside Airflow, behind Airflow's own sign-in, and where systems send their events.

Airflow does not guard what a plugin mounts: anybody who reaches the api-server would get in.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import (
    AccessView,
    DagAccessEntity,
)
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_view
from airflow.assets.manager import asset_manager
from airflow.models.asset import AssetModel
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request

from ..errors import ConfigError
from ..ui.app import app
from ..ui.guard import Guard
from . import assets
from .events import LARGEST, RefusedError, Seen, known, taken
from .outline import outlines, place

_SEEN = Seen()


def guarded() -> FastAPI:
    """The page and the inbox over `$OPPBRIDGE_CONFIG`."""
    guard = Guard(
        looks=[Depends(requires_access_view(AccessView.PLUGINS)), Depends(_named)],
        acts=[Depends(_may_answer), Depends(_named)],
        who=lambda request: str(request.state.oppbridge_user),
    )
    found = app(place(None), guard)
    inbox = APIRouter()
    inbox.add_api_route("/inbox/{system}", _inbox, methods=["POST"], status_code=202)
    found.include_router(inbox)
    return found


def _named(request: Request, user: GetUserDep) -> None:
    request.state.oppbridge_user = user.get_name()


def _may_answer(user: GetUserDep) -> None:
    """Who may answer Airflow's own requests for approval may answer here."""
    allowed = get_auth_manager().is_authorized_dag(
        method="PUT", access_entity=DagAccessEntity.HITL_DETAIL, user=user
    )
    if not allowed:
        raise HTTPException(403, "you may look, and not answer")


async def _body(request: Request) -> bytes:
    """The body, as far as one may be long."""
    whole = b""
    async for chunk in request.stream():
        whole += chunk
        if len(whole) > LARGEST:
            raise HTTPException(413, "the event is too large")
    return whole


def _inbox(
    request: Request, system: str, body: Annotated[bytes, Depends(_body)], session: SessionDep
) -> dict[str, Any]:
    """Take one event: every flow that the system takes part in looks now."""
    config = place(None)
    try:
        key = _key(config, Path(config).stat().st_mtime_ns, system)
        known(key, request.headers, request.query_params)
        taken(body, _SEEN)
    except (RefusedError, ConfigError) as exc:
        status = exc.status if isinstance(exc, RefusedError) else 404
        raise HTTPException(status, str(exc)) from exc
    told = [one.name for one in outlines(config) if system in one.systems]
    missing = [name for name in told if not _announce(name, system, session)]
    if missing:
        raise HTTPException(503, f"no DAG waits for {', '.join(missing)} yet")
    return {"look": told}


def _announce(flow: str, system: str, session: Any) -> bool:
    """Have an asset event for a flow's inbox; False where Airflow does not know it."""
    wanted = assets.inbox(flow)
    known_by = {"name": wanted.name, "uri": wanted.uri}
    model = session.query(AssetModel).filter_by(**known_by).one_or_none()
    if model is None:
        return False
    asset_manager.register_asset_change(asset=model, extra={"system": system}, session=session)
    return True


@cache
def _key(config: str, _changed: int, system: str) -> str:
    """The key that a system's events come with. Raises ConfigError where it has none."""
    from ..config import load
    from ..config.secrets import look_up

    found = load(config)
    section = found.systems.get(system)
    if section is None or section.webhook is None:
        raise ConfigError(f"no events are taken of {system}: it has no `webhook` key")
    return look_up(section.webhook, found.home).get_secret_value()
