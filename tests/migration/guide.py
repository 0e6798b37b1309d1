"""A how-to's files, laid out for its reader's systems: those of a running sandbox.

The page says what a reader writes, with example addresses; here they become the sandbox's.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse.schema.model import date, text, whole
from oppbridge.sandbox.dataverse.settings import Settings
from oppbridge.sandbox.scm.settings import Settings as ScmSettings
from tests.docs.examples import ROOT, Example, examples

PAGE = ROOT / "docs/how-to/migrate-from-csv.md"
MADE_UP = re.compile(r"^( *)url: https://contoso\.(crm4|operations)\.dynamics\.com\n", re.MULTILINE)
TENANT, CLIENT = (f"00000000-0000-0000-0000-{number:012}" for number in (0, 1))
SECRETS = ("SALES_SECRET", "SCM_SECRET")
OWN_COLUMNS = {
    "account": (text("new_sector"), whole("new_founded")),
    "contact": (text("new_manager"), text("new_office")),
    "product": (text("new_series"),),
    "opportunity": (text("new_seller"), date("new_engaged")),
}
OWN_SCM_COLUMNS = {"SalesOrderHeadersV2": "d OrderedOn_Custom"}


def empty() -> Sandbox:
    """A sandbox with nothing in it but the columns that the page tells its reader to add."""
    return Sandbox.start(
        dataverse=Settings(columns=OWN_COLUMNS), scm=ScmSettings(columns=OWN_SCM_COLUMNS)
    )


def unlimited() -> Sandbox:
    """An empty sandbox without request limits: waiting for them is not what a migration tests."""
    found = empty()
    found.limit("dataverse", factor=1000)
    return found


def placed(text: str, sandbox: Sandbox) -> str:
    """A configuration of the page with the sandbox's addresses and identity."""
    ready = sandbox.ready()
    services = {"crm4": "dataverse", "operations": "scm"}

    def addresses(found: re.Match[str]) -> str:
        lines = (
            f"url: {ready['services'][services[found[2]]]}",
            f"authority: {ready['services']['login']}",
            f"ca_file: {ready['ca_file']}",
        )
        return "".join(f"{found[1]}{line}\n" for line in lines)

    there = MADE_UP.sub(addresses, text)
    return there.replace(TENANT, ready["tenant"]).replace(CLIENT, ready["client_id"])


def write_out(found: list[Example], folder: Path, sandbox: Sandbox) -> None:
    """The files that examples give, in a folder."""
    for example in found:
        if example.note.startswith("file="):
            path = folder / example.note.removeprefix("file=")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(placed(example.text, sandbox), encoding="utf-8")


def laid_out(folder: Path, sandbox: Sandbox) -> Path:
    """The page's configurations and maps in a folder; their secrets go into the environment.

    Returns the first configuration; that of Supply Chain lies below, in `shop`.
    """
    write_out([one for one in examples(PAGE) if one.kind == "yaml"], folder, sandbox)
    for name in SECRETS:
        os.environ[name] = sandbox.ready()["client_secret"]
    return folder / "oppbridge.yaml"
