"""`why` explains the score of an open deal, with evidence, by what is known now."""

from __future__ import annotations

FLOW = """
  deals:
    entities:
      opportunity:
        systems: {north: {}}
        policy: owner
        owner: north
    scorer: {use: rates}
"""


def test_why_tells_how_an_open_deal_s_score_comes_about(world):
    config = world.folder / "oppbridge.yaml"
    config.write_text(config.read_text() + FLOW)
    crm = world.crms["north"]
    for number in range(30):
        crm.add("deals", {"title": f"w{number}", "state": "WON", "stage": "4"})
        crm.add("deals", {"title": f"l{number}", "state": "LOST", "stage": "1"})
    key = crm.add("deals", {"title": "open", "state": "OPEN", "stage": "3"})
    assert world("run", "deals").code == 0, world.err
    told = world.json("why", "north", key)
    score = told["explained"]
    assert score["score"] == told["agreed"]["score"] == crm.row("deals", key)["score"]
    assert score["model"] == {"kind": "rates", "rung": 1, "trained_rows": 60, "won": 30}
    assert score["reasons"][0]["evidence"] == {"closed": 30, "won": 30}
    won = next(row for row in crm.rows("deals") if row["title"] == "w3")
    assert world.json("why", "north", won["id"])["explained"] is None
