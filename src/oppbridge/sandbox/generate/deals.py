"""Opportunities with lines, competitors, stakeholders and history, and their quotes, in Sales."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .sales_desk import UNIT, SalesDesk, currency, price_list, role
from .story import Deal, Sold, Story, Talk, id_of

Day = Callable[[int], str]  # how many days ago -> YYYY-MM-DD


@dataclass(frozen=True, slots=True)
class Floor:
    """Where deals are entered: the desk, the story they belong to, and what day it is."""

    desk: SalesDesk
    story: Story
    seed: int
    day: Day

    def enter(self, deal: Deal) -> bool:
        """Enter a deal once its account is known to Sales; False when that is not yet so."""
        account = self.desk.find("account", "accountnumber", deal.account.number)
        if account is None:
            return False
        opportunity_id = id_of(self.seed, "deal", deal.id)
        if self.desk.has("opportunity", opportunity_id):
            return True
        people = self._people(deal, account["accountid"])
        self._opportunity(deal, opportunity_id, account["accountid"], people)
        for at, sold in enumerate(deal.lines):
            self._line(deal, at, sold, "opportunity", opportunity_id)
        self._around(deal, opportunity_id, people)
        if deal.quote and all(self._product(sold) for sold in deal.lines):
            self._quote(deal, opportunity_id, account["accountid"])
        if deal.outcome != "open":
            self._close(deal, opportunity_id)
        return True

    def _people(self, deal: Deal, account_id: str) -> list[str]:
        """The account's contacts as Sales has them, in order of their numbers."""
        rows = self.desk.direct.rows("contact", '"_parentcustomerid_value" = ?', account_id)
        return [row["contactid"] for row in sorted(rows, key=lambda row: row["employeeid"] or "")]

    def _opportunity(self, deal: Deal, row_id: str, account_id: str, people: list[str]) -> None:
        due = deal.days_ago - deal.duration
        row: dict[str, Any] = {
            "name": deal.name,
            "customerid_account@odata.bind": f"/accounts({account_id})",
            "estimatedclosedate": self.day(due),
            "overriddencreatedon": f"{self.day(deal.days_ago)}T08:30:00Z",
            "isrevenuesystemcalculated": True,
            "opportunityratingcode": deal.rating,
            "closeprobability": deal.probability,
            "salesstage": deal.stage,
            "stepname": _STEPS[deal.stage],
            "decisionmaker": "Decision Maker" in {name for _, name in deal.roles},
            **currency(deal.account.currency),
            **price_list(deal.account.currency),
        }
        if people:
            row["parentcontactid@odata.bind"] = f"/contacts({people[0]})"
        self.desk.put("opportunity", "opportunityid", row_id, row)

    def _product(self, sold: Sold) -> dict[str, Any] | None:
        return self.desk.find("product", "productnumber", sold.product.number)

    def _line(self, deal: Deal, at: int, sold: Sold, of: str, parent_id: str) -> None:
        """A catalogue line where Sales knows the product, else one written in.

        The price is kept.
        """
        table, key, parents = _LINES[of]
        row: dict[str, Any] = {
            f"{of}id@odata.bind": f"/{parents}({parent_id})",
            "quantity": sold.quantity,
            "priceperunit": sold.product.price_in(deal.account.currency),
            "manualdiscountamount": sold.discount,
            "lineitemnumber": at + 1,
        }
        product = self._product(sold)
        if product:
            unit = product["_defaultuomid_value"] or UNIT
            row["productid@odata.bind"] = f"/products({product['productid']})"
            row["uomid@odata.bind"] = f"/uoms({unit})"
            row["ispriceoverridden"] = True
        else:
            row |= {"isproductoverridden": True, "productdescription": sold.product.name}
        self.desk.put(table, key, id_of(self.seed, of, "line", deal.id, at), row)

    def _around(self, deal: Deal, opportunity_id: str, people: list[str]) -> None:
        for at, talk in enumerate(deal.talks):
            self._talk(deal, at, talk, opportunity_id)
        for name in deal.competitors:
            rival = self.desk.find("competitor", "name", name)
            if rival:
                self.desk.link_competitor(opportunity_id, rival["competitorid"])
        for which, name in deal.roles:
            if which < len(people):
                row = {
                    "record1id_opportunity@odata.bind": f"/opportunities({opportunity_id})",
                    "record2id_contact@odata.bind": f"/contacts({people[which]})",
                    "record2roleid@odata.bind": role(name),
                }
                number = id_of(self.seed, "stakeholder", deal.id, which)
                self.desk.put("connection", "connectionid", number, row)

    def _talk(self, deal: Deal, at: int, talk: Talk, opportunity_id: str) -> None:
        number = id_of(self.seed, "talk", deal.id, at)
        when = f"{self.day(talk.days_ago)}T10:00:00Z"
        regarding = f"regardingobjectid_opportunity_{talk.kind}@odata.bind"
        row = {
            "subject": talk.subject,
            regarding: f"/opportunities({opportunity_id})",
            "scheduledstart": when,
            "scheduledend": when,
            "overriddencreatedon": f"{self.day(max(talk.days_ago, 0) + 2)}T09:00:00Z",
        }
        self.desk.put(talk.kind, "activityid", number, row)
        if talk.done:
            done = {"statecode": 1, "statuscode": _DONE[talk.kind], "actualend": when}
            self.desk.edit(talk.kind, number, done)

    def _quote(self, deal: Deal, opportunity_id: str, account_id: str) -> None:
        quote_id = id_of(self.seed, "quote", deal.id)
        row = {
            "name": deal.name,
            "customerid_account@odata.bind": f"/accounts({account_id})",
            "opportunityid@odata.bind": f"/opportunities({opportunity_id})",
            "expireson": self.day(deal.days_ago - deal.duration - 30),
            "requestdeliveryby": f"{self.day(deal.days_ago - deal.duration - 14)}T12:00:00Z",
            "paymenttermscode": _TERMS[deal.account.group],
            **currency(deal.account.currency),
            **price_list(deal.account.currency),
        }
        self.desk.put("quote", "quoteid", quote_id, row)
        for at, sold in enumerate(deal.lines):
            self._line(deal, at, sold, "quote", quote_id)
        if deal.quote != "draft":
            self.desk.edit("quote", quote_id, {"statecode": 1, "statuscode": 2})
        close = {"quoteid@odata.bind": f"/quotes({quote_id})", "subject": deal.name}
        if deal.quote == "won":
            self.desk.act("WinQuote", {"Status": 4, "QuoteClose": close})
        elif deal.quote == "lost":
            self.desk.act("CloseQuote", {"Status": 5, "QuoteClose": close})

    def _close(self, deal: Deal, opportunity_id: str) -> None:
        close = {
            "subject": deal.name,
            "opportunityid@odata.bind": f"/opportunities({opportunity_id})",
            "actualend": f"{self.day(deal.days_ago - deal.duration)}T15:00:00Z",
        }
        won = deal.outcome == "won"
        name, status = ("WinOpportunity", 3) if won else ("LoseOpportunity", 5)
        self.desk.act(name, {"Status": status, "OpportunityClose": close})


_LINES = {
    "opportunity": ("opportunityproduct", "opportunityproductid", "opportunities"),
    "quote": ("quotedetail", "quotedetailid", "quotes"),
}
_TERMS = {"10": 1, "20": 4, "30": 3}  # as customer groups have them in Supply Chain: 30, 60, 45
_STEPS = ("1-Qualify", "2-Develop", "3-Propose", "4-Close")
_DONE = {"task": 5, "phonecall": 2, "appointment": 3}
