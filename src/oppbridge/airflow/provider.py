"""What Airflow reads of a provider: connection types with their forms, hooks, operators, links.

This module imports nothing: Airflow reads it in every process.
"""

from __future__ import annotations

from typing import Any

_HOOK = "oppbridge.airflow.hooks.system.SystemHook"


def _text(label: str, description: str = "", **schema: Any) -> dict[str, Any]:
    field: dict[str, Any] = {"label": label, "schema": {"type": ["string", "null"], **schema}}
    return field | ({"description": description} if description else {})


def _connection(name: str, title: str, url: str, **fields: Any) -> dict[str, Any]:
    return {
        "connection-type": f"oppbridge_{name}",
        "hook-class-name": _HOOK,
        "hook-name": f"OppBridge: {title}",
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "port"],
            "relabeling": {"host": "Environment URL", "login": "Client ID", "password": "Secret"},
            "placeholders": {"host": url, "login": "00000000-0000-0000-0000-000000000000"},
        },
        "conn-fields": {
            "tenant": _text("Tenant ID", "The directory the application is registered in."),
            "authority": _text("Sign-in address", "Only outside the public cloud."),
            "ca_file": _text("CA file", "The authority to trust instead of the machine's own."),
            **fields,
        },
    }


def get_provider_info() -> dict[str, Any]:
    """The provider, valid against Airflow's provider_info.schema.json."""
    return {
        "package-name": "oppbridge",
        "name": "OppBridge",
        "description": "Keeps Dynamics 365 Sales, Supply Chain Management and other CRMs the same.",
        "integrations": [
            {
                "integration-name": "OppBridge",
                "external-doc-url": "https://learn.microsoft.com/dynamics365/",
                "tags": ["service"],
            }
        ],
        "hooks": [{"integration-name": "OppBridge", "python-modules": [_HOOK.rpartition(".")[0]]}],
        "operators": [
            {
                "integration-name": "OppBridge",
                "python-modules": [
                    f"oppbridge.airflow.operators.{name}"
                    for name in ("stages", "comparing", "moving", "held", "health")
                ],
            }
        ],
        "connection-types": [
            _connection("dataverse", "Dynamics 365 Sales", "https://contoso.crm4.dynamics.com"),
            _connection(
                "scm", "Supply Chain Management", "https://contoso.operations.dynamics.com"
            ),
        ],
        "extra-links": ["oppbridge.airflow.links.RunLink"],
        "plugins": [
            {"name": "oppbridge", "plugin-class": "oppbridge.airflow.plugin.OppBridgePlugin"}
        ],
    }
