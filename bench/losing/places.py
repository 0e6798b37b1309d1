"""The systems that accounts are created in: how each is configured, loses answers, and is counted.

What is lost is the answer of each so-many-th call that creates accounts, after the commit, however
many accounts the call carries and whether it is sent for the first time or again.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from oppbridge.kit import FakeCrm, served
from oppbridge.kit.faults import Fault, Faults, Lost
from oppbridge.sandbox import Sandbox

TOKEN = "measured"
NO_END = 1_000_000_000
SIGNED = """\
      url: {url}
      authority: {services[login]}
      ca_file: {ca_file}
      tenant: {tenant}
      client_id: {client_id}
      secret: {{env: BENCH_SECRET}}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """One empty system. `settings` is YAML; `names` are those of the accounts that stand."""

    connector: str
    settings: str
    url: str
    ca_file: Path
    names: Callable[[], list[str]]
    calls: Callable[[], int]
    lost: Callable[[], int]

    def counted(self, wanted: int) -> tuple[int, int]:
        """How many accounts stand more often than once, and how many of those wanted do not."""
        standing = Counter(self.names())
        return standing.total() - len(standing), wanted - len(standing)


@contextmanager
def dataverse(every: int = NO_END, size: int = 500) -> Iterator[Place]:
    """Dataverse, with `size` rows a call."""
    creating = r"/accounts(/Microsoft\.Dynamics\.CRM\.CreateMultiple)?$"
    with _sandbox("dataverse", creating, every) as (sandbox, lost):

        def names() -> list[str]:
            return [str(row["name"]) for row in sandbox.dataverse.rows("account")]

        yield _twin("dataverse", sandbox, f"      bulk: {size}\n", names, lost)


@contextmanager
def supply_chain(every: int = NO_END, size: int = 50) -> Iterator[Place]:
    """Supply Chain Management, with at most `size` rows a call."""
    defaults = "{CustomerGroupId: '30', SalesCurrencyCode: USD}"
    own = f"      batch: {size}\n      companies: {{usmf: {{defaults: {{account: {defaults}}}}}}}\n"
    with _sandbox("scm", r"/data/(CustomersV3|\$batch)$", every) as (sandbox, lost):

        def names() -> list[str]:
            rows = sandbox.scm.rows("CustomersV3", dataAreaId="usmf")
            return [str(row["OrganizationName"]) for row in rows]

        yield _twin("scm", sandbox, own, names, lost)


@contextmanager
def acme(every: int = NO_END) -> Iterator[Place]:
    """Acme CRM, a partner's plugin, with a row a call."""
    crm = FakeCrm()
    faults = _Losing(every)
    crm.faults = faults
    os.environ["BENCH_SECRET"] = TOKEN
    with served(crm, TOKEN) as at:
        yield Place(
            "acme",
            f"      {{url: {at.url}, ca_file: {at.ca_file}, token: {{env: BENCH_SECRET}}}}\n",
            at.url,
            at.ca_file,
            lambda: [str(row["title"]) for row in crm.rows("companies")],
            lambda: crm.calls,
            lambda: faults.lost,
        )


class _Losing(Faults):
    """Each so-many-th write is carried out, and its answer never arrives."""

    def __init__(self, every: int) -> None:
        super().__init__()
        self.every, self.writes = every, 0

    @property
    def lost(self) -> int:
        """How many answers were lost."""
        return self.writes // self.every

    def next(self, *, writes: bool) -> Fault | None:
        """The fault of this call."""
        self.writes += writes
        if writes and self.writes % self.every == 0:
            return Fault(after=Lost("the answer never arrived", sent=True))
        return None


@contextmanager
def _sandbox(service: str, path: str, every: int) -> Iterator[tuple[Sandbox, Callable[[], int]]]:
    with Sandbox.start() as sandbox:
        sandbox.limit("dataverse", factor=10_000)
        rule = sandbox.faults.add(
            "lost_answer", service=service, method="POST", path=path, times=None, every=every
        )
        os.environ["BENCH_SECRET"] = sandbox.ready()["client_secret"]
        yield sandbox, lambda: rule.struck


def _twin(
    service: str,
    sandbox: Sandbox,
    settings: str,
    names: Callable[[], list[str]],
    lost: Callable[[], int],
) -> Place:
    url = sandbox.url(service)
    signed = SIGNED.format(url=url, **sandbox.ready())
    calls = sandbox.counters.requests
    ca_file = sandbox.ca_file
    return Place(service, signed + settings, url, ca_file, names, lambda: calls(service), lost)
