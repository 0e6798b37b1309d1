"""Opportunities, quotes, orders and their lines."""

from __future__ import annotations

from .model import (
    Column,
    Definition,
    OnDelete,
    Pair,
    choice,
    customer,
    date,
    flag,
    guid,
    lookup,
    memo,
    moment,
    money,
    number,
    states,
    text,
    whole,
)
from .shared import FREIGHT, PAYMENT, SHIPPING, document_address, read_only, table

_ERRORS = (
    "0 None, 1 Detail Error, 2 Missing Price Level, 3 Inactive Price Level, 4 Missing Quantity, 5 Missing Unit Price, 6 Missing Product, "
    "7 Invalid Product, 8 Missing Pricing Code, 9 Invalid Pricing Code, 10 Missing UOM, 11 Product Not In Price Level, "
    "12 Missing Price Level Amount, 13 Missing Price Level Percentage, 14 Missing Price, 15 Missing Current Cost, 16 Missing Standard Cost, "
    "17 Invalid Price Level Amount, 18 Invalid Price Level Percentage, 19 Invalid Price, 20 Invalid Current Cost, 21 Invalid Standard Cost, "
    "22 Invalid Rounding Policy, 23 Invalid Rounding Option, 24 Invalid Rounding Amount, 25 Price Calculation Error, 26 Invalid Discount Type, "
    "27 Discount Type Invalid State, 28 Invalid Discount, 29 Invalid Quantity, 30 Invalid Pricing Precision, 31 Missing Product Default UOM, "
    "32 Missing Product UOM Schedule, 33 Inactive Discount Type, 34 Invalid Price Level Currency, 35 Price Attribute Out Of Range, "
    "36 Base Currency Attribute Overflow, 37 Base Currency Attribute Underflow, 38 Transaction currency is not set for the product price list item"
)
_SKIP_HEADER = "0 DoPriceCalcAlways, 1 SkipPriceCalcOnRetrieve"
_SKIP_LINE = (
    "0 DoPriceCalcAlways, 1 SkipPriceCalcOnCreate, 2 SkipPriceCalcOnUpdate, 3 SkipPriceCalcOnUpSert"
)
_TOTALS = (
    "totallineitemamount",
    "totallineitemdiscountamount",
    "totaldiscountamount",
    "totalamountlessfreight",
    "totaltax",
    "totalamount",
)


def _priced(of: str) -> tuple[Column, ...]:
    return (
        lookup("pricelevelid", "pricelevel", f"price_level_{of}"),
        lookup(
            "transactioncurrencyid",
            "transactioncurrency",
            f"transactioncurrency_{of}",
            on_delete=OnDelete.RESTRICT,
        ),
        money("discountamount", "0", "1e12"),
        number("discountpercentage", 2, "0", "100"),
        money("freightamount", "0", "1e12"),
        *(money(name) for name in _TOTALS),
        choice("pricingerrorcode", _ERRORS, default=0),
        choice("skippricecalculation", _SKIP_HEADER, default=0),
    )


_MILESTONES = (
    "decisionmaker", "developproposal", "identifycompetitors", "identifycustomercontacts", "identifypursuitteam", "presentproposal",
    "completeinternalreview", "presentfinalproposal", "sendthankyounote", "filedebrief", "evaluatefit", "confirminterest",
    "pursuitdecision", "resolvefeedback", "captureproposalfeedback", "completefinalproposal", "participatesinworkflow",
)  # fmt: skip

OPPORTUNITY = table(
    Definition(
        "opportunity", "opportunities", 3, "opportunityid", "name", "UserOwned",
        (
            text("name", 300, required="app"),
            customer("customerid", {"account": "opportunity_customer_accounts", "contact": "opportunity_customer_contacts"}),
            lookup("parentaccountid", "account", "opportunity_parent_account"),
            lookup("parentcontactid", "contact", "opportunity_parent_contact"),
            lookup("originatingleadid", "lead", "opportunity_originating_lead", updatable=False),
            *_priced("opportunties"),
            memo("description"), text("emailaddress", 100), money("estimatedvalue", "-1e12", "1e12"),
            flag("isrevenuesystemcalculated"), date("estimatedclosedate"), date("actualclosedate"), date("finaldecisiondate"),
            money("actualvalue", "-1e12", "1e12"), whole("closeprobability", 0, 100), money("budgetamount", "0", "1e12"),
            *(memo(n) for n in ("currentsituation", "customerneed", "customerpainpoints", "proposedsolution",
                                "qualificationcomments", "quotecomments")),
            text("stepname", 200), guid("stepid"), *(flag(n) for n in _MILESTONES),
            *(moment(n) for n in ("schedulefollowup_prospect", "schedulefollowup_qualify", "scheduleproposalmeeting")),
            whole("teamsfollowed"),
            choice("salesstage", "0 Qualify, 1 Develop, 2 Propose, 3 Close"), choice("salesstagecode", "1 Default Value", default=1),
            choice("opportunityratingcode", "1 Hot, 2 Warm, 3 Cold", default=2), choice("prioritycode", "1 Default Value", default=1),
            choice("budgetstatus", "0 No Committed Budget, 1 May Buy, 2 Can Buy, 3 Will Buy"),
            choice("need", "0 Must have, 1 Should have, 2 Good to have, 3 No need"),
            choice("purchaseprocess", "0 Individual, 1 Committee, 2 Unknown"),
            choice("purchasetimeframe", "0 Immediate, 1 This Quarter, 2 Next Quarter, 3 This Year, 4 Unknown"),
            choice("timeline", "0 Immediate, 1 This Quarter, 2 Next Quarter, 3 This Year, 4 Not known"),
            choice("initialcommunication", "0 Contacted, 1 Not Contacted"),
            choice("msdyn_forecastcategory", "100000001 Pipeline, 100000002 Best case, 100000003 Committed, 100000004 Omitted, "
                   "100000005 Won, 100000006 Lost", default=100000001),
            lookup("msdyn_predictivescoreid", "msdyn_predictivescore", "msdyn_msdyn_predictivescore_opportunity", nav="msdyn_PredictiveScoreId"),
            whole("msdyn_opportunityscore", 0, 100), choice("msdyn_opportunitygrade", "0 Grade A, 1 Grade B, 2 Grade C, 3 Grade D"),
            choice("msdyn_opportunityscoretrend", "0 Improving, 1 Steady, 2 Declining, 3 Not enough info"),
            text("msdyn_scorereasons", 2000), text("msdyn_scorehistory", 2000),
        ),
        states("0 Open: 1 In Progress, 2 On Hold", "1 Won: 3 Won", "2 Lost: 4 Canceled, 5 Out-Sold"),
        pairs=(Pair("opportunitycompetitors_association", "competitor", "opportunitycompetitors", "opportunitycompetitors_association"),),
    )
)  # fmt: skip


def _document(of: str) -> tuple[Column, ...]:
    return (
        text("name", 300, required="app"),
        customer("customerid", {"account": f"{of}_customer_accounts", "contact": f"{of}_customer_contacts"}),
        read_only(lookup("accountid", "account")),
        read_only(lookup("contactid", "contact")),
        *_priced(f"{of}s"),
        choice("freighttermscode", FREIGHT, default=1), choice("paymenttermscode", PAYMENT), choice("shippingmethodcode", SHIPPING, default=1),
        moment("requestdeliveryby"), *document_address("billto"), *document_address("shipto"), flag("willcall"), memo("description"),
        text("emailaddress", 100),
    )  # fmt: skip


QUOTE = table(
    Definition(
        "quote", "quotes", 1084, "quoteid", "name", "UserOwned",
        (
            *_document("quote"),
            lookup("opportunityid", "opportunity", "opportunity_quotes", on_delete=OnDelete.CASCADE),
            text("quotenumber", 100, updatable=False), read_only(whole("revisionnumber", default=0)),
            moment("effectivefrom"), moment("effectiveto"), date("expireson"), date("closedon"),
            choice("quotecreationmethod", "776160000 Unknown, 776160001 Revision", default=776160000),
        ),
        states("0 Draft: 1 In Progress", "1 Active: 2 In Progress, 3 Open", "2 Won: 4 Won", "3 Closed: 5 Lost, 6 Canceled, 7 Revised"),
        unique=(("quotenumber", "revisionnumber"),),
    )
)  # fmt: skip

SALESORDER = table(
    Definition(
        "salesorder", "salesorders", 1088, "salesorderid", "name", "UserOwned",
        (
            *_document("order"),
            lookup("opportunityid", "opportunity", "opportunity_sales_orders", on_delete=OnDelete.RESTRICT),
            text("ordernumber", 100, updatable=False), lookup("quoteid", "quote", "quote_orders", on_delete=OnDelete.RESTRICT),
            flag("ispricelocked"), moment("datefulfilled"), moment("submitdate"), whole("submitstatus"), text("submitstatusdescription", 1000),
            moment("lastbackofficesubmit"), choice("prioritycode", "1 Default Value", default=1),
            choice("salesordercreationmethod", "776160000 Unknown, 776160001 Win Quote", default=776160000),
        ),
        states("0 Active: 1 New, 2 Pending", "1 Submitted: 3 In Progress", "2 Canceled: 4 No Money",
               "3 Fulfilled: 100001 Complete, 100002 Partial", "4 Invoiced: 100003 Invoiced"),
        unique=(("ordernumber",),),
    )
)  # fmt: skip


def _line(parent: str, parent_table: str, back: str, name: str, state: str) -> tuple[Column, ...]:
    return (
        lookup(parent, parent_table, back, required="system", updatable=False, on_delete=OnDelete.CASCADE),
        lookup("productid", "product", f"product_{parent_table}s", on_delete=OnDelete.RESTRICT),
        lookup("uomid", "uom", f"unit_of_measurement_{parent_table}_details", on_delete=OnDelete.RESTRICT),
        flag("isproductoverridden", updatable=False), text("productdescription", 500), read_only(text("productname", 500)),
        number("quantity", 5, "-1e11", "1e11", required="app"), flag("ispriceoverridden"),
        money("priceperunit", "-1e12", "1e12", precision_source=1), read_only(money("volumediscountamount", precision_source=1)),
        money("manualdiscountamount", "0", "1e12"), money("tax", "-1e12", "1e12"),
        money("baseamount"), money("extendedamount"),
        whole("lineitemnumber", 0, 1000000000), whole("sequencenumber", 0, 1000000000),
        choice("producttypecode", "1 Product, 2 Bundle, 3 Required Bundle Product, 4 Optional Bundle Product, 5 Project-based Service",
               default=1, updatable=False),
        guid("parentbundleid"), guid("productassociationid"), choice("pricingerrorcode", _ERRORS, default=0),
        choice("propertyconfigurationstatus", "0 Edit, 1 Rectify, 2 Not Configured", default=2),
        choice("skippricecalculation", _SKIP_LINE, default=0), read_only(text(name, 500)),
        read_only(choice(state, "0 Open, 1 Closed, 2 Canceled, 3 Fulfilled, 4 Invoiced")),
        lookup("transactioncurrencyid", "transactioncurrency", "", on_delete=OnDelete.RESTRICT), memo("description"),
    )  # fmt: skip


_DELIVERY = (
    moment("requestdeliveryby"),
    lookup("salesrepid", "systemuser"),
    *document_address("shipto"),
    flag("willcall"),
)

OPPORTUNITYPRODUCT = table(
    Definition(
        "opportunityproduct", "opportunityproducts", 1083, "opportunityproductid", "opportunityproductname", "None",
        _line("opportunityid", "opportunity", "product_opportunities", "opportunityproductname", "opportunitystatecode"),
    )
)  # fmt: skip

QUOTEDETAIL = table(
    Definition(
        "quotedetail", "quotedetails", 1085, "quotedetailid", "quotedetailname", "None",
        (*_line("quoteid", "quote", "quote_details", "quotedetailname", "quotestatecode"), *_DELIVERY),
    )
)  # fmt: skip

SALESORDERDETAIL = table(
    Definition(
        "salesorderdetail", "salesorderdetails", 1089, "salesorderdetailid", "salesorderdetailname", "None",
        (
            *_line("salesorderid", "salesorder", "order_details", "salesorderdetailname", "salesorderstatecode"), *_DELIVERY,
            *(number(n, 5) for n in ("quantityshipped", "quantitybackordered", "quantitycancelled")),
            read_only(flag("salesorderispricelocked")), flag("iscopied"), lookup("quotedetailid", "quotedetail", "quotedetail_salesorderdetail"),
        ),
    )
)  # fmt: skip

TABLES = (OPPORTUNITY, QUOTE, SALESORDER, OPPORTUNITYPRODUCT, QUOTEDETAIL, SALESORDERDETAIL)
