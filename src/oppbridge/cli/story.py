"""What the demo does and shows: two systems brought to agree, people's edits, one clash, rest."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..contract import join_key
from .compared import differences
from .moving import tell_report
from .showing import say, table

if TYPE_CHECKING:
    from ..bridge import Bridge
    from ..sandbox import Sandbox

FLOW = "quote-to-cash"
VARIABLE = "DEMO_SECRET"
Say = Callable[[str], None]


def told(
    seed: int, *, small: bool, aloud: bool, store: str = "sqlite:///oppbridge.db"
) -> dict[str, Any]:
    """The whole story as data; told as it happens where `aloud`. `store` is a database's URL."""
    from ..bridge import Bridge
    from ..sandbox import Sandbox
    from ..sandbox.generate import DEMO, SMALL, generate_masters, generate_sales

    size, speak = SMALL if small else DEMO, say if aloud else _silent
    with tempfile.TemporaryDirectory(prefix="oppbridge-demo-") as folder, Sandbox.start() as twins:
        speak("Two local systems are up: Sales and Supply Chain Management.")
        generate_masters(twins, seed, size)
        with Bridge.open(_configured(twins, Path(folder), store)) as bridge:
            runs = [_run(bridge, "Customers, contacts, products and orders meet", aloud=aloud)]
            generate_sales(twins, seed, size)
            runs.append(_run(bridge, "Deals are scored, quotes reach Supply Chain", aloud=aloud))
            number = _edit(twins, speak)
            runs.append(_run(bridge, "People edited both sides", aloud=aloud))
            runs.append(_run(bridge, "Once more: nothing is left to write", aloud=aloud))
            dead = [one.to_json() for one in bridge.dead()]
            found = differences(twins, {one["name"] for one in dead})
            return {
                "converged": not found and not _wrote(runs[-1]),
                "runs": runs,
                "scores": _scores(bridge, twins),
                "clash": _clash(bridge, number),
                "dead": dead,
                "differences": found,
            }


def _silent(_text: str) -> None:
    """Nobody listens."""


def _configured(twins: Sandbox, folder: Path, store: str) -> Path:
    """The demo's configuration, with the addresses of the local systems filled in."""
    ready = twins.ready()
    os.environ[VARIABLE] = ready["client_secret"]
    path = folder / "oppbridge.yaml"
    text = Path(__file__).with_name("demo.yaml").read_text().format(**ready)
    path.write_text(f"{text}store:\n  url: '{store}'\n")
    return path


def _run(bridge: Bridge, heading: str, *, aloud: bool) -> dict[str, Any]:
    report = bridge.run(FLOW)
    if aloud:
        say(f"\n{heading}")
        tell_report(report)
    return report.to_json()


def _wrote(run: Mapping[str, Any]) -> int:
    done = ("created", "updated", "deleted")
    return sum(c[name] for one in run["entities"].values() for c in one.values() for name in done)


def _edit(twins: Sandbox, speak: Say) -> str:
    """What people do meanwhile; the number of the account whose phone both sides changed."""
    customer = twins.scm.rows("CustomersV3", dataAreaId="usmf")[0]
    number = str(customer["CustomerAccount"])
    [account] = twins.dataverse.rows("account", "accountnumber = ?", number)
    twins.scm.edit("CustomersV3", ("usmf", number), {"PrimaryContactPhone": "+1 555 0100"})
    twins.clock.move(60)
    twins.dataverse.edit(
        "account", account["accountid"], {"telephone1": "+1 555 0199", "address1_city": "Tacoma"}
    )
    stranger = {"name": "Atlantis Trading", "accountnumber": "P-900", "address1_country": "XX"}
    twins.dataverse.put("account", stranger)
    _post(twins)
    speak(f"\nPeople edit: the phone of {number} on both sides, its city in Sales. Supply Chain")
    speak("confirms a quote and ships an order. Sales gets an account in a country that Supply")
    speak("Chain does not know.")
    return number


def _post(twins: Sandbox) -> None:
    """The back office confirms a quote, which makes an order, and ships an order."""
    open_orders = twins.scm.rows("SalesOrderHeadersV2", dataAreaId="usmf")
    active = {row["quoteid"] for row in twins.dataverse.rows("quote", "statecode = 1")}
    for quote in twins.scm.rows("SalesQuotationHeadersV2", dataAreaId="usmf"):
        if quote["CustomersReference"] in active:
            for step in ("send_quotation", "confirm_quotation"):
                twins.scm.post(step, company="usmf", number=quote["SalesQuotationNumber"])
            break
    for order in open_orders:
        if order["SalesOrderProcessingStatus"] == "Active":
            for step in ("confirm_order", "pick_order", "pack_order"):
                twins.scm.post(step, company="usmf", number=order["SalesOrderNumber"])
            break


def _scores(bridge: Bridge, twins: Sandbox) -> list[dict[str, Any]]:
    """The best three open deals, with their reasons."""
    found: list[dict[str, Any]] = []
    for deal in twins.dataverse.rows("opportunity", "statecode = 0"):
        agreed = bridge.why("sales", deal["opportunityid"])
        if (score := agreed["agreed"].get("score")) is not None:
            grade = agreed["agreed"].get("grade")
            name = agreed["agreed"]["name"]
            found.append({"name": name, "score": score, "grade": grade, "why": agreed["score"]})
    return sorted(found, key=lambda one: (-one["score"], one["name"]))[:3]


def _clash(bridge: Bridge, number: str) -> dict[str, Any] | None:
    """The field both sides changed, and how it was settled."""
    for write in bridge.why("scm", join_key("usmf", number))["writes"]:
        for path, field in write["fields"].items():
            if "wins by policy" in (field["why"] or ""):
                return {"account": number, "field": path, "system": write["system"], **field}
    return None


def tell(found: Mapping[str, Any]) -> None:
    """The end of the story, for people."""
    say("\nThe best open deals, and why")
    table(("deal", "score", "grade", "reasons"), [_scored(one) for one in found["scores"]])
    if clash := found["clash"]:
        say(f"A clash: {clash['field']} of {clash['account']}: {clash['why']}")
    for one in found["dead"]:
        say(f"A dead letter: {one['entity']} {one['name']} to {one['system']}: {one['why']}")
    for one in found["differences"]:
        say(f"! {one}")
    say("\nConverged." if found["converged"] else "\nNot converged.")


def _scored(one: Mapping[str, Any]) -> tuple[object, ...]:
    reasons = one["why"].get("reasons", []) if isinstance(one["why"], dict) else one["why"] or []
    texts = [str(r.get("text", r)) if isinstance(r, dict) else str(r) for r in reasons]
    return one["name"], one["score"], one["grade"], "\n".join(texts[:3])
