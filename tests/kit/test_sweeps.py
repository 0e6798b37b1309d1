"""A CRM without deletions in its feed is read whole again and again."""

from __future__ import annotations

from oppbridge.contract import Page, Selection
from oppbridge.kit import NORTH, DirectSettings, FakeCrm, Manners, direct_spec


def read(line, cursor: str | None) -> list[Page]:
    pages = [line.changes("account", cursor, 2)]
    while pages[-1].more:
        pages.append(line.changes("account", pages[-1].cursor, 2))
    return pages


def test_a_full_reading_comes_again_after_so_many_others() -> None:
    manners = Manners(tombstones=False)
    crm, spec = FakeCrm(NORTH, manners=manners), direct_spec(NORTH, manners)
    selections = {"account": Selection("account", "companies", ())}
    line = spec.open(DirectSettings(crm=crm, sweep_every=2), selections)
    ids = [crm.add("companies", {"title": str(n)}) for n in range(5)]
    pages = read(line, None)
    crm.remove("companies", ids[0])
    seen = []
    for _ in range(6):
        pages = read(line, pages[-1].cursor)
        assert len({page.sweep for page in pages}) == 1
        assert [page.first for page in pages] == [pages[0].sweep] + [False] * (len(pages) - 1)
        seen.append(pages[0].sweep)
        if pages[0].sweep:
            assert {c.key for page in pages for c in page.changes} == set(ids[1:])
    assert seen == [False, False, True, False, False, True]


def test_a_cursor_of_a_sweep_reads_on_though_the_crm_has_forgotten() -> None:
    crm, spec = FakeCrm(NORTH), direct_spec(NORTH)
    line = spec.open(DirectSettings(crm=crm), {"account": Selection("account", "companies", ())})
    ids = {crm.add("companies", {"title": str(n)}) for n in range(5)}
    first = line.changes("account", None, 2)
    crm.forget()
    rest = read(line, first.cursor)
    assert not any(page.first for page in rest)
    assert {c.key for page in [first, *rest] for c in page.changes} == ids
