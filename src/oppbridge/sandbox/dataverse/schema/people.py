"""Connections and their roles, activities, notes, close activities, predictive scores."""

from __future__ import annotations

from .model import (
    ACTIVE_INACTIVE,
    Column,
    Definition,
    OnDelete,
    State,
    Type,
    anything,
    choice,
    flag,
    guid,
    lookup,
    memo,
    moment,
    money,
    states,
    text,
    whole,
)
from .shared import read_only, table

_CONNECTED = (
    "account",
    "contact",
    "opportunity",
    "quote",
    "salesorder",
    "systemuser",
    "competitor",
    "lead",
)
_REGARDING = ("account", "contact", "opportunity", "quote", "salesorder", "lead")
_COLLECTIONS = {
    "task": "Tasks", "phonecall": "Phonecalls", "appointment": "Appointments", "email": "Emails", "activitypointer": "ActivityPointers",
}  # fmt: skip
_NAMES = {
    "account": "Account", "contact": "Contact", "opportunity": "Opportunity", "quote": "Quote", "salesorder": "SalesOrder", "lead": "Lead",
}  # fmt: skip


def _side(number: int) -> Column:
    towards = {t: (f"record{number}id_{t}", f"{t}_connections{number}") for t in _CONNECTED}
    return anything(f"record{number}id", towards, required="system" if number == 1 else None)


CONNECTIONROLE = table(
    Definition(
        "connectionrole", "connectionroles", 3231, "connectionroleid", "name", "OrganizationOwned",
        (
            text("name", 100, required="system"), memo("description"),
            choice("category", "1 Business, 2 Family, 3 Social, 4 Sales, 5 Other, 1000 Stakeholder, 1001 Sales Team, 1002 Service"),
        ),
        ACTIVE_INACTIVE,
    )
)  # fmt: skip

CONNECTION = table(
    Definition(
        "connection", "connections", 3234, "connectionid", "name", "UserOwned",
        (
            _side(1), _side(2),
            lookup("record1roleid", "connectionrole", "connection_role_connections1"),
            lookup("record2roleid", "connectionrole", "connection_role_connections2"),
            moment("effectivestart"), moment("effectiveend"), memo("description"), read_only(flag("ismaster", default=True)),
            read_only(lookup("relatedconnectionid", "connection", "connection_related_connection")),
            read_only(whole("record1objecttypecode")), read_only(whole("record2objecttypecode")), read_only(text("name", 500)),
        ),
        ACTIVE_INACTIVE,
    )
)  # fmt: skip


def _regarding(activity: str) -> Column:
    back = _COLLECTIONS[activity]
    towards = {t: (f"regardingobjectid_{t}_{activity}", f"{_NAMES[t]}_{back}") for t in _REGARDING}
    if activity == "activitypointer":
        towards = {t: (f"regardingobjectid_{t}", f"{_NAMES[t]}_{back}") for t in _REGARDING}
    return anything("regardingobjectid", towards)


def _activity(name: str) -> tuple[Column, ...]:
    return (
        text("subject", 200, required="app"), memo("description"),
        read_only(Column("activitytypecode", Type.ENTITY_NAME, length=64, default=name)),
        *(moment(n) for n in ("scheduledstart", "scheduledend", "actualstart", "actualend")),
        *(whole(n, 0) for n in ("actualdurationminutes", "scheduleddurationminutes")),
        choice("prioritycode", "0 Low, 1 Normal, 2 High", default=1), read_only(flag("isregularactivity", default=True)),
    )  # fmt: skip


def _activity_table(
    name: str, entity_set: str, code: int, state: dict[int, State], *more: Column
) -> Definition:
    columns = (*_activity(name), _regarding(name), *more)
    return table(
        Definition(
            name,
            entity_set,
            code,
            "activityid",
            "subject",
            "UserOwned",
            columns,
            state,
            activity=True,
        )
    )


TASK = _activity_table(
    "task", "tasks", 4212,
    states("0 Open: 2 Not Started, 3 In Progress, 4 Waiting on someone else, 7 Deferred", "1 Completed: 5 Completed", "2 Canceled: 6 Canceled"),
    whole("percentcomplete", 0, 100), text("category", 250), text("subcategory", 250),
)  # fmt: skip
PHONECALL = _activity_table(
    "phonecall", "phonecalls", 4210,
    states("0 Open: 1 Open", "1 Completed: 2 Made, 4 Received", "2 Canceled: 3 Canceled"),
    text("phonenumber", 200), flag("directioncode", default=True), flag("leftvoicemail"),
)  # fmt: skip
APPOINTMENT = _activity_table(
    "appointment", "appointments", 4201,
    states("0 Open: 1 Free, 2 Tentative", "1 Completed: 3 Completed", "2 Canceled: 4 Canceled", "3 Scheduled: 5 Busy, 6 Out of Office"),
    text("location", 200), flag("isalldayevent"),
)  # fmt: skip
EMAIL = _activity_table(
    "email", "emails", 4202,
    states("0 Open: 1 Draft, 8 Failed", "1 Completed: 2 Completed, 3 Sent, 4 Received, 6 Pending Send, 7 Sending", "2 Canceled: 5 Canceled"),
    flag("directioncode", default=True), text("sender", 250), text("torecipients", 500), text("messageid", 320), text("mimetype", 256),
)  # fmt: skip
ACTIVITYPOINTER = _activity_table(
    "activitypointer", "activitypointers", 4200,
    states("0 Open: 1 Open", "1 Completed: 2 Completed", "2 Canceled: 3 Canceled", "3 Scheduled: 4 Scheduled"),
)  # fmt: skip


def _close(name: str, entity_set: str, code: int, of: str, back: str, *more: Column) -> Definition:
    columns = (*_activity(name), lookup(f"{of}id", of, back, on_delete=OnDelete.CASCADE), *more)
    state = states("0 Open: 1 Open", "1 Completed: 2 Completed", "2 Canceled: 3 Canceled")
    return table(
        Definition(
            name,
            entity_set,
            code,
            "activityid",
            "subject",
            "UserOwned",
            columns,
            state,
            activity=True,
        )
    )


OPPORTUNITYCLOSE = _close(
    "opportunityclose", "opportunitycloses", 4208, "opportunity", "Opportunity_OpportunityClose",
    money("actualrevenue", "-1e12", "1e12"), lookup("competitorid", "competitor", "competitor_opportunity_activities"),
    whole("opportunitystatecode"), whole("opportunitystatuscode"),
)  # fmt: skip
QUOTECLOSE = _close(
    "quoteclose",
    "quotecloses",
    4211,
    "quote",
    "Quote_QuoteClose",
    text("quotenumber", 100),
    whole("revision"),
)
ORDERCLOSE = _close(
    "orderclose",
    "ordercloses",
    4209,
    "salesorder",
    "SalesOrder_OrderClose",
    text("ordernumber", 100),
    whole("revision"),
)

_PARTY = ("account", "contact", "lead", "systemuser")
ACTIVITYPARTY = table(
    Definition(
        "activityparty", "activityparties", 135, "activitypartyid", None, "None",
        (
            lookup("activityid", "activitypointer", "activitypointer_activity_parties", nav="activityid_activitypointer", on_delete=OnDelete.CASCADE),
            anything("partyid", {t: (f"partyid_{t}", f"{t}_activity_parties") for t in _PARTY}),
            choice("participationtypemask", "1 Sender, 2 To Recipient, 3 CC Recipient, 4 BCC Recipient, 5 Required attendee, "
                   "6 Optional attendee, 7 Organizer, 8 Regarding, 9 Owner, 10 Resource, 11 Customer"),
            text("addressused", 320),
        ),
    )
)  # fmt: skip

ANNOTATION = table(
    Definition(
        "annotation", "annotations", 5, "annotationid", "subject", "UserOwned",
        (
            text("subject", 500), memo("notetext", 100000), flag("isdocument"), text("filename", 255), text("mimetype", 256),
            anything("objectid", {t: (f"objectid_{t}", f"{_NAMES[t]}_Annotation") for t in _REGARDING}),
        ),
    )
)  # fmt: skip

PREDICTIVESCORE = table(
    Definition(
        "msdyn_predictivescore", "msdyn_predictivescores", 10390, "msdyn_predictivescoreid", "msdyn_name", "OrganizationOwned",
        (
            text("msdyn_entityid", 256, required="app"), text("msdyn_entitytype", 128, required="app"), whole("msdyn_score"),
            choice("msdyn_grade", "0 A, 1 B, 2 C, 3 D"),
            choice("msdyn_scoretrend", "0 Improving, 1 Steady, 2 Declining, 3 Not enough info"),
            memo("msdyn_scorereasons", 10000), moment("msdyn_scoredon"), memo("msdyn_similaropportunities", 65536),
            memo("msdyn_contributingpredictionids", 2000), text("msdyn_name", 128),
        ),
        ACTIVE_INACTIVE,
        keys=(("msdyn_entityid", "msdyn_entitytype"),),
    )
)  # fmt: skip

OPPORTUNITYCOMPETITORS = Definition(
    "opportunitycompetitors", "opportunitycompetitorscollection", 0, "opportunitycompetitorid", None, "None",
    (guid("opportunitycompetitorid"), guid("opportunityid"), guid("competitorid")),
    unique=(("opportunityid", "competitorid"),), intersect=True,
)  # fmt: skip

TABLES = (
    CONNECTIONROLE, CONNECTION, TASK, PHONECALL, APPOINTMENT, EMAIL, ACTIVITYPOINTER, OPPORTUNITYCLOSE, QUOTECLOSE, ORDERCLOSE,
    ACTIVITYPARTY, ANNOTATION, PREDICTIVESCORE, OPPORTUNITYCOMPETITORS,
)  # fmt: skip
