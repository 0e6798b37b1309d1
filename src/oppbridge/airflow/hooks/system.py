"""A system as an Airflow connection: its form, and whether it can be signed in to.

A connection of type `oppbridge_NAME` belongs to the connector NAME. Its fields are the connector's
settings: host is `url`, login `client_id`, password `secret`, everything else stands in extra. A
plugin's package adds a type of its own with a provider entry that names `SystemHook`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

from ...errors import ConfigError, OppBridgeError, never_say

if TYPE_CHECKING:
    from ...contract import ConnectorSpec

PREFIX = "oppbridge_"


class SystemHook(BaseHook):
    """One system through its connector.

    :param oppbridge_conn_id: the connection's id.
    """

    conn_name_attr = "oppbridge_conn_id"
    default_conn_name = "oppbridge_default"
    conn_type = "oppbridge"
    hook_name = "OppBridge"

    def __init__(self, oppbridge_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.oppbridge_conn_id = oppbridge_conn_id

    def get_conn(self) -> Any:
        """The open connector; close it. Raises ConfigError, AccessDenied, Unavailable."""
        connection = self.get_connection(self.oppbridge_conn_id)
        spec = _spec(connection.conn_type)
        return spec.open(_settings(spec, connection), _selections(spec))

    def test_connection(self) -> tuple[bool, str]:
        """Sign in and read the metadata of one table."""
        try:
            connector = self.get_conn()
            try:
                found = connector.describe("account")
            finally:
                connector.close()
        except OppBridgeError as exc:
            return False, str(exc)
        return True, f"signed in; the table of accounts has {len(found.columns)} columns"


def _spec(conn_type: str | None) -> ConnectorSpec:
    from importlib.metadata import entry_points

    from ...hookspecs import PROJECT
    from ...plugins import Plugins

    plugins = Plugins()
    name = (conn_type or "").removeprefix(PREFIX)
    if name not in plugins.connectors():
        plugins.load([one.name for one in entry_points(group=PROJECT) if one.name == name])
    specs = plugins.connectors()
    if name not in specs:
        raise ConfigError(f"connection type {conn_type}: there is no connector {name!r}")
    return specs[name]


def _settings(spec: ConnectorSpec, connection: Any) -> Any:
    from pydantic import ValidationError

    own = {
        "url": connection.host,
        "client_id": connection.login,
        "secret": connection.password,
    }
    given = connection.extra_dejson | {key: value for key, value in own.items() if value}
    never_say(*([connection.password] if connection.password else []))
    try:
        return spec.settings.model_validate({k: v for k, v in given.items() if v not in ("", None)})
    except ValidationError as exc:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
        raise ConfigError(f"connection {connection.conn_id}: {told}") from None


def _selections(spec: ConnectorSpec) -> Mapping[str, Any]:
    from ...mapping import compile_map, load_map

    return {name: compile_map(load_map(path)).selection for name, path in spec.maps.items()}
