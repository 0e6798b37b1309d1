"""`make airflow-demo`: two local systems and a real Airflow on loopback, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos import people

from .ground import FLOW, Ground
from .living import living

SYNC, APPROVE = f"oppbridge_sync__{FLOW}", f"oppbridge_approve__{FLOW}"


def main() -> int:
    """Start it, run a sync, have a quote held, print where to look; stop at Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="oppbridge-airflow-") as folder:
        print("Two systems and an Airflow database: 10 seconds or so.", flush=True)
        ground = Ground.prepared(Path(folder))
        try:
            with living(ground, SYNC, APPROVE, "oppbridge_health") as airflow:
                print("Airflow runs. The first sync takes half a minute.", flush=True)
                airflow.run_of(SYNC, airflow.trigger(SYNC))
                ground.configure(gates="    gates: [{use: amount, limit: 50 USD}]\n")
                people.CUSTOMER = ground.sandbox.dataverse.rows("account")[0]["name"]
                people.add_quote(ground.sandbox, "Ropes for the harbour")
                airflow.run_of(SYNC, airflow.trigger(SYNC))
                _tell(airflow)
                while True:
                    time.sleep(1)
        except KeyboardInterrupt:
            print("\nStopped.")
        finally:
            ground.sandbox.stop()
    return 0


def _tell(airflow) -> None:
    print(f"\nAirflow:        {airflow.base}  (admin / {airflow.passwords['admin']})")
    print(f"                boss / {airflow.passwords['boss']} may approve,", end=" ")
    print(f"eve / {airflow.passwords['eve']} may look")
    print(f"OppBridge page: {airflow.base}/plugin/oppbridge")
    print("A quote over 50 USD waits for an answer: Browse > Required Actions.")
    print("Approve it, and a sync carries it over. Ctrl-C ends everything.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
