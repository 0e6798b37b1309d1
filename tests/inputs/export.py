"""An export in CSV and the Sales it goes to: every kind of cell has a column of its own there."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse.schema.model import (
    date,
    flag,
    moment,
    money,
    number,
    text,
    whole,
)
from oppbridge.sandbox.dataverse.settings import Settings
from tests.docs.worlds import give_secrets

from .place import NEIGHBOUR, Place

COLUMNS = (
    "id", "account", "currency", "budget", "cents", "count", "rate", "euro", "scaled", "chance",
    "closes", "closed", "moment", "berlin", "dotted", "status", "rating", "tags", "yes", "quantity",
)  # fmt: skip
OWN = {
    "opportunity": (
        money("new_cents", precision_source=0, precision=4),
        whole("new_count"), number("new_rate", 5), number("new_euro"), money("new_scaled"),
        moment("new_moment"), moment("new_berlin"), date("new_dotted"), text("new_tags"), flag("new_yes"),
    )
}  # fmt: skip

CONFIG = """
systems:
  export:
    connector: files
    settings:
      folder: export
      read_only: true
      entities:
        account: {{file: accounts.csv, key: id}}
        opportunity: {{file: deals.csv, key: id}}
    maps: {{account: maps/export-account.yaml, opportunity: maps/export-opportunity.yaml}}
  sales:
    connector: dataverse
    settings:
      url: {services[dataverse]}
      authority: {services[login]}
      ca_file: {ca_file}
      tenant: {tenant}
      client_id: {client_id}
      secret: {{env: DEMO_SECRET}}
    maps: {{opportunity: maps/sales-opportunity.yaml}}
flows:
  quote-to-cash:
    entities:
      account: {{systems: {{export: {{writes: false, owns: ["*"]}}, sales: {{}}}}, policy: owner}}
      opportunity: {{systems: {{export: {{writes: false, owns: ["*"]}}, sales: {{}}}}, policy: owner}}
"""

MAPS = {
    "export-account": """
entity: account
native: accounts
fields:
  name: {at: name, lens: text, required: true}
  parent: {at: parent, lens: reference, entity: account}
""",
    "export-opportunity": """
entity: opportunity
native: deals
fields:
  name: {at: id, lens: text, required: true}
  account: {at: account, lens: reference, entity: account}
  currency: {at: currency, lens: text}
  budget: {at: budget, lens: money, currency: currency, precision: 2}
  custom.cents: {at: cents, lens: money, currency: currency, precision: 4}
  custom.count: {at: count, lens: integer}
  custom.rate: {at: rate, lens: decimal, precision: 5}
  custom.euro: {at: euro, lens: decimal, precision: 2, decimal_mark: ","}
  custom.scaled: {at: scaled, lens: money, currency: currency, precision: 2, scale: 6}
  probability: {at: chance, lens: integer}
  closes: {at: closes, lens: date}
  closed: {at: closed, lens: date}
  custom.moment: {at: moment, lens: instant, zone: UTC, precision: 0}
  custom.berlin: {at: berlin, lens: instant, zone: Europe/Berlin, precision: 0}
  custom.dotted: {at: dotted, lens: date, format: "%d.%m.%Y"}
  status: {at: status, lens: choice, words: {open: Open, won: Won, lost: Lost}}
  rating: {at: rating, lens: choice, words: {hot: Hot, warm: Warm, cold: [Cold, Frozen]}}
  custom.tags: {at: tags, lens: words, separator: ";", words: {red: Rot, green: Gruen, blue: Blau}}
  custom.yes: {at: yes, lens: boolean, words: {true: Ja, false: Nein}}
""",
    "sales-opportunity": """
entity: opportunity
fields:
  currency: {at: transactioncurrencyid_iso, lens: text, length: 5, default: USD}
  custom.cents: {at: new_cents, lens: money, currency: transactioncurrencyid_iso, precision: 4}
  custom.count: {at: new_count, lens: integer}
  custom.rate: {at: new_rate, lens: decimal, precision: 5}
  custom.euro: {at: new_euro, lens: decimal, precision: 2}
  custom.scaled: {at: new_scaled, lens: money, currency: transactioncurrencyid_iso, precision: 2}
  custom.moment: {at: new_moment, lens: instant}
  custom.berlin: {at: new_berlin, lens: instant}
  custom.dotted: {at: new_dotted, lens: date}
  custom.tags: {at: new_tags, lens: words, words: {red: "1", green: "2", blue: "3"}}
  custom.yes: {at: new_yes, lens: boolean}
""",
}


def write(folder: Path, name: str, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    """A CSV file of the export."""
    path = folder / "export" / name
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns)
        writer.writeheader()
        writer.writerows(rows)


@contextmanager
def exported(
    deals: Sequence[dict[str, str]], accounts: Sequence[dict[str, str]] = ()
) -> Iterator[Place]:
    """A Sales without limits, and these deals on their way to it, with a good neighbour."""
    sandbox = Sandbox.start(dataverse=Settings(columns=OWN))
    sandbox.limit("dataverse", factor=1000)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="oppbridge-inputs-") as name,
            pytest.MonkeyPatch.context() as patch,
        ):
            give_secrets(sandbox)
            patch.delenv("OPPBRIDGE_CONFIG", raising=False)
            folder = Path(name)
            (folder / "maps").mkdir()
            for what, map_text in MAPS.items():
                (folder / "maps" / f"{what}.yaml").write_text(map_text, encoding="utf-8")
            config = CONFIG.format(**sandbox.ready())
            (folder / "oppbridge.yaml").write_text(config, encoding="utf-8")
            write(folder, "accounts.csv", ("id", "name", "parent"), accounts)
            neighbour = {"id": NEIGHBOUR, "budget": "100", "currency": "USD"}
            write(folder, "deals.csv", COLUMNS, [*deals, neighbour])
            yield Place(sandbox, folder)
    finally:
        sandbox.stop()


def deal(place: Place, name: str) -> dict[str, object] | None:
    """The one deal of this name in Sales, if it is there."""
    found = place.sandbox.dataverse.rows("opportunity", "name = ?", name)
    assert len(found) <= 1, f"{len(found)} deals {name}"
    return found[0] if found else None
