"""The systems that a page's reader has: those of a running sandbox, and the page's files for them.

A page says what a reader writes, with example addresses; here they become the sandbox's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse.schema.model import date, text, whole
from oppbridge.sandbox.dataverse.settings import Settings
from oppbridge.sandbox.scm.settings import Settings as ScmSettings
from tests.docs.examples import ROOT, Example, examples

MIGRATING = ROOT / "docs/how-to/migrate-from-csv.md"
DEMO = ROOT / "src/oppbridge/cli/demo.yaml"
MADE_UP = re.compile(r"^( *)url: https://contoso\.(crm4|operations)\.dynamics\.com\n", re.MULTILINE)
TENANT, CLIENT = (f"00000000-0000-0000-0000-{number:012}" for number in (0, 1))
SECRETS = ("SALES_SECRET", "SCM_SECRET", "DEMO_SECRET")
OWN_COLUMNS = {
    "account": (text("new_sector"), whole("new_founded")),
    "contact": (text("new_manager"), text("new_office")),
    "product": (text("new_series"),),
    "opportunity": (text("new_seller"), date("new_engaged")),
}
OWN_SCM_COLUMNS = {"SalesOrderHeadersV2": "d OrderedOn_Custom"}


def fresh() -> Sandbox:
    """Systems with nothing in them but the columns that pages tell their readers to add."""
    return Sandbox.start(
        dataverse=Settings(columns=OWN_COLUMNS), scm=ScmSettings(columns=OWN_SCM_COLUMNS)
    )


def unlimited() -> Sandbox:
    """Fresh systems without request limits: waiting for them is not what a migration tests."""
    found = fresh()
    found.limit("dataverse", factor=1000)
    return found


def trading() -> Sandbox:
    """Systems of a small company that has been at work for a while."""
    from oppbridge.sandbox.generate import SMALL, generate_company

    found = Sandbox.start()
    generate_company(found, 7, SMALL)
    return found


WORLDS: Mapping[str, Callable[[], Sandbox]] = {"sandbox": trading, "fresh": fresh}


def configured(sandbox: Sandbox, folder: Path) -> None:
    """The demo's configuration in a folder, with the addresses of the running sandbox."""
    text = DEMO.read_text(encoding="utf-8").format(**sandbox.ready())
    (folder / "oppbridge.yaml").write_text(text, encoding="utf-8")


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


def write_out(example: Example, folder: Path, sandbox: Sandbox | None = None) -> None:
    """The file that an example gives, if it gives one, in a folder."""
    if example.note.startswith("file="):
        path = folder / example.note.removeprefix("file=")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = placed(example.text, sandbox) if sandbox else example.text
        path.write_text(text, encoding="utf-8")


def give_secrets(sandbox: Sandbox) -> None:
    """Put into the environment what the configurations of pages name as secrets."""
    os.environ.update(dict.fromkeys(SECRETS, sandbox.ready()["client_secret"]))


def migration(folder: Path, sandbox: Sandbox) -> Path:
    """The configurations and maps of the page about migrations, in a folder; it is ready to run.

    Returns the first configuration; that of Supply Chain lies below, in `shop`.
    """
    for example in examples(MIGRATING):
        if example.kind == "yaml":
            write_out(example, folder, sandbox)
    give_secrets(sandbox)
    return folder / "oppbridge.yaml"
