"""What is measured: one task in a process of its own, its cost told as JSON at the end.

python bench/measuring/client.py reference URL CA_FILE
python bench/measuring/client.py load|quiet|compare|delta FOLDER
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import requests

    from oppbridge.bridge import Bridge

FLOW = "copy"
PREFER = (
    "odata.track-changes,odata.maxpagesize=5000,"
    'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
)


def measured(task: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a task says of itself, with its CPU and wall seconds and the peak memory in MB."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = task()
    found |= {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return found | {"peak": usage.ru_maxrss / 1024, "whole": usage.ru_utime + usage.ru_stime}


def reference(url: str, ca_file: str) -> dict[str, Any]:
    """`requests` and `orjson` merely reading every page."""
    import orjson
    import requests

    http = requests.Session()
    http.trust_env, http.verify = False, ca_file
    http.get(f"{url}/api/data/v9.2/systemusers")

    def read() -> dict[str, Any]:
        following, count = f"{url}/api/data/v9.2/opportunities", 0
        while following:
            answer = http.get(following, headers={"Prefer": PREFER})
            page = orjson.loads(answer.content)
            count += len(page["value"])
            following = page.get("@odata.nextLink")
        return {"rows": count}

    return measured(read)


def run(bridge: Bridge) -> dict[str, Any]:
    """One run of the flow; raises when it did not go through."""
    store = bridge._store  # noqa: SLF001 - commits are no news to a user
    before = store.commits
    report = bridge.run(FLOW)
    if report.outcome != "done":
        raise RuntimeError(json.dumps(report.to_json()))
    found = {name: report.total(name) for name in ("observed", "unchanged", "created", "updated")}
    return found | {"transactions": store.commits - before}


def bridged(task: str, folder: Path) -> dict[str, Any]:
    """A task of OppBridge itself; all but the first begin with a run that finds nothing new."""
    from oppbridge.bridge import Bridge

    with Bridge.open(folder / "oppbridge.yaml") as bridge:
        if task == "load":
            return measured(lambda: run(bridge))
        if task == "quiet":
            before = _asked(folder, "target", "counts").json()["writes"]
            found = measured(lambda: run(bridge))
            return found | {"written": _asked(folder, "target", "counts").json()["writes"] - before}
        run(bridge)
        _asked(folder, "source", "advance")
        if task == "compare":
            from oppbridge.store import cursors

            with bridge._store.write() as tx:  # noqa: SLF001 - as after an expired token
                cursors.forget(tx, "source", "opportunity")
        return measured(lambda: run(bridge))


def _asked(folder: Path, who: str, what: str) -> requests.Response:
    import requests

    ready = json.loads((folder / "ready.json").read_text())
    http = requests.Session()
    http.trust_env, http.verify = False, ready[f"{who}_ca"]
    answer = http.get(f"{ready[who]}/{what}")
    answer.raise_for_status()
    return answer


def main(task: str, *rest: str) -> None:
    """Do one task and tell what it cost."""
    found = reference(*rest) if task == "reference" else bridged(task, Path(rest[0]))
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
