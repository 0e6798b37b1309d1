"""Change tracking: everything, then changes and tombstones, expiry, late commits."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Api, code

TRACK = "odata.track-changes"


def walk(api: Api, link: str, size: int = 5000, **headers: str) -> tuple[list[Any], str]:
    """All rows from a link on, and the delta link at the end."""
    rows: list[Any] = []
    while True:
        page = api.get(link, Prefer=f"odata.maxpagesize={size}", **headers)
        rows += page["value"]
        if "@odata.deltaLink" in page:
            assert "@odata.nextLink" not in page
            return rows, page["@odata.deltaLink"]
        link = page["@odata.nextLink"]


def begin(api: Api, table: str = "competitors", size: int = 5000) -> tuple[list[Any], str]:
    first = api.call("GET", f"{table}?$select=name", Prefer=f"{TRACK},odata.maxpagesize={size}")
    assert TRACK in first.headers["Preference-Applied"]
    page = first.json()
    if "@odata.deltaLink" in page:
        return page["value"], page["@odata.deltaLink"]
    rows, link = walk(api, page["@odata.nextLink"], size)
    return page["value"] + rows, link


def test_a_delta_shows_changes_once_and_deletions_last(api: Api) -> None:
    kept, gone = (api.new("competitors", {"name": name}) for name in ("kept", "gone"))
    rows, link = begin(api)
    assert {kept, gone} <= {row["competitorid"] for row in rows}
    assert "$deltatoken=" in link
    new = api.new("competitors", {"name": "new"})
    for name in ("once", "twice"):
        api.patch(f"competitors({kept})", {"name": name})
    api.call("DELETE", f"competitors({gone})")
    never = api.new("competitors", {"name": "never seen"})
    api.call("DELETE", f"competitors({never})")
    assert api.call("GET", link.replace("competitors?", "competitors/$count?")).text.endswith("4")
    rows, link = walk(api, link)
    assert [row.get("name") for row in rows[:2]] == ["new", "twice"]
    assert [(row["id"], row["reason"]) for row in rows[2:]] == [
        (gone, "deleted"),
        (never, "deleted"),
    ]
    assert rows[2]["@odata.context"].endswith("$metadata#competitors/$deletedEntity")
    assert rows[0]["competitorid"] == new
    assert walk(api, link)[0] == []


@pytest.mark.parametrize(
    "option", ["$filter=name eq 'x'", "$orderby=name", "$top=3", "$expand=createdby"]
)
def test_a_tracked_query_is_plain(api: Api, option: str) -> None:
    refused = api.call("GET", f"competitors?{option}", Prefer=TRACK)
    assert refused.status_code == 400
    name = option.partition("=")[0]
    assert f'The "{name}" query parameter' in refused.json()["error"]["message"]


def test_a_table_may_be_untracked(api: Api) -> None:
    refused = api.call("GET", "annotations?$select=subject", Prefer=TRACK)
    assert (refused.status_code, code(refused)) == (400, "0x80072491")


def test_a_token_expires_with_the_retention(api: Api) -> None:
    _, link = begin(api)
    api.sandbox.clock.move(6.9 * 86400)
    _, link = walk(api, link)
    api.sandbox.clock.move(7.1 * 86400)
    refused = api.call("GET", link)
    assert (refused.status_code, code(refused)) == (400, "0x80044352")


def test_a_token_expires_on_request(api: Api) -> None:
    _, link = begin(api)
    api.sandbox.faults.add("expired_delta", service="dataverse", path="competitors")
    assert code(api.call("GET", link)) == "0x80044352"
    assert api.call("GET", link).status_code == 200


def test_a_late_commit_is_not_lost_by_delta_tokens_but_by_naive_watermarks(api: Api) -> None:
    twin = api.sandbox.dataverse
    row = api.new("competitors", {"name": "early"})
    _, link = begin(api)
    stamp = twin.reserve()
    other = api.new("competitors", {"name": "other"})
    api.sandbox.clock.move(30)
    rows, link = walk(api, link)
    twin.edit("competitor", row, {"name": "late"}, stamp=stamp)
    twin.release(stamp)
    seen = api.get(f"competitors({other})?$select=modifiedon")
    late = api.get(f"competitors({row})?$select=modifiedon,versionnumber")
    assert late["modifiedon"] <= seen["modifiedon"]
    assert late["@odata.etag"] < seen["@odata.etag"]
    rows += walk(api, link)[0]
    assert "late" in [found.get("name") for found in rows]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["put", "edit", "delete", "read"]), st.integers(0, 7)),
        max_size=25,
    ),
    size=st.integers(1, 4),
)
def test_a_copy_kept_by_deltas_is_true_whatever_happens(
    api: Api, steps: list[tuple[str, int]], size: int
) -> None:
    twin = api.sandbox.dataverse
    ids = [str(uuid.uuid4()) for _ in range(8)]
    rows, link = begin(api, size=size)
    copy = {row["competitorid"]: row["name"] for row in rows}
    for number, (step, at) in enumerate([*steps, ("read", 0)]):
        there = twin.desk().get("competitor", ids[at]) is not None
        if step == "put" and not there:
            twin.put("competitor", {"competitorid": ids[at], "name": f"n{number}"})
        elif step == "edit" and there:
            twin.edit("competitor", ids[at], {"name": f"n{number}"})
        elif step == "delete" and there:
            twin.delete("competitor", ids[at])
        elif step == "read":
            changed, link = walk(api, link, size)
            for row in changed:
                if "reason" in row:
                    copy.pop(row["id"], None)
            for row in changed:
                if "reason" not in row:
                    copy[row["competitorid"]] = row["name"]
    assert copy == {row["competitorid"]: row["name"] for row in twin.rows("competitor")}
    for row in twin.rows("competitor"):
        twin.delete("competitor", row["competitorid"])


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    edits=st.lists(st.tuples(st.sampled_from(["put", "edit", "delete"]), st.integers(0, 4))),
    size=st.integers(1, 3),
)
def test_edits_between_pages_are_never_lost(
    api: Api, edits: list[tuple[str, int]], size: int
) -> None:
    twin = api.sandbox.dataverse
    ids = [str(uuid.uuid4()) for _ in range(5)]
    for row_id in ids:
        twin.put("competitor", {"competitorid": row_id, "name": "first"})
    copy: dict[str, str] = {}
    seen: list[Any] = []
    link, quiet, waiting = "competitors?$select=name", 0, list(edits)
    while quiet < 2:
        tracked = "" if "token" in link else f"{TRACK},"
        page = api.get(link, Prefer=f"{tracked}odata.maxpagesize={size}")
        seen += page["value"]
        if "@odata.deltaLink" in page:
            # A row that was deleted and made again shows as both: the live one counts.
            for row in seen:
                copy.pop(row.get("id", ""), None)
            copy |= {row["competitorid"]: row["name"] for row in seen if "reason" not in row}
            seen.clear()
        if waiting:
            step, at = waiting.pop(0)
            there = twin.desk().get("competitor", ids[at]) is not None
            if step == "put" and not there:
                twin.put("competitor", {"competitorid": ids[at], "name": f"new {len(waiting)}"})
            elif step == "edit" and there:
                twin.edit("competitor", ids[at], {"name": f"edit {len(waiting)}"})
            elif step == "delete" and there:
                twin.delete("competitor", ids[at])
        elif "@odata.deltaLink" in page:
            quiet += 1
        link = page.get("@odata.nextLink") or page["@odata.deltaLink"]
    assert copy == {row["competitorid"]: row["name"] for row in twin.rows("competitor")}
    for row in twin.rows("competitor"):
        twin.delete("competitor", row["competitorid"])
