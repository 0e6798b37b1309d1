"""Answers that went through the twin and came out wrong."""

from __future__ import annotations

import pytest

from .conftest import Api
from .test_bulk import batch, multiple, part, statuses


@pytest.fixture(autouse=True)
def _three(api: Api) -> None:
    if not api.sandbox.dataverse.count("competitor"):
        for i in range(3):
            api.new("competitors", {"name": f"t{i}", "reportedrevenue": 1.5})


def test_a_batch_loses_a_part_or_shuffles_them(api: Api) -> None:
    parts = [part("GET competitors?$top=1"), part("POST accounts", '{"name":"t"}')]
    api.sandbox.faults.add("missing_part")
    assert statuses(batch(api, *parts)) == [200]
    api.sandbox.faults.add("shuffled_parts")
    assert statuses(batch(api, *parts)) == [204, 200]


def test_a_bulk_answer_has_fewer_ids_than_rows(api: Api) -> None:
    api.sandbox.faults.add("missing_part", path="CreateMultiple")
    assert len(multiple(api, "CreateMultiple", {"name": "a"}, {"name": "b"}).json()["Ids"]) == 1


def test_an_empty_page_links_to_the_rows_it_left_out(api: Api) -> None:
    api.sandbox.faults.add("empty_page")
    first = api.get("competitors?$select=name")
    assert first["value"] == []
    assert len(api.get(first["@odata.nextLink"])["value"]) == 3


def test_a_page_links_to_itself_as_often_as_told(api: Api) -> None:
    whole = api.get("competitors?$select=name")["value"]
    api.sandbox.faults.add("same_page", times=2)
    link, pages = "competitors?$select=name", []
    while link:
        page = api.get(link)
        pages.append(page["value"])
        link = page.get("@odata.nextLink", "")
    assert pages == [whole] * 3


def test_amounts_keep_their_digits_through_it(api: Api) -> None:
    api.sandbox.faults.add("shuffled_parts")
    text = api.call("GET", "competitors?$select=reportedrevenue").text
    assert text.count('"reportedrevenue":1.5000') == 3
