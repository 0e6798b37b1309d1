"""Accounts, contacts, leads, users, teams, business units, competitors."""

from __future__ import annotations

from .model import (
    ACTIVE_INACTIVE,
    Definition,
    Pair,
    choice,
    customer,
    date,
    flag,
    guid,
    lookup,
    memo,
    money,
    real,
    states,
    text,
    whole,
)
from .shared import PAYMENT, SHIPPING, address, communication, read_only, table

_INDUSTRY = (
    "1 Accounting, 2 Agriculture and Non-petrol Natural Resource Extraction, 3 Broadcasting Printing and Publishing, 4 Brokers, "
    "5 Building Supply Retail, 6 Business Services, 7 Consulting, 8 Consumer Services, 9 Design Direction and Creative Management, "
    "10 Distributors Dispatchers and Processors, 11 Doctor's Offices and Clinics, 12 Durable Manufacturing, "
    "13 Eating and Drinking Places, 14 Entertainment Retail, 15 Equipment Rental and Leasing, 16 Financial, "
    "17 Food and Tobacco Processing, 18 Inbound Capital Intensive Processing, 19 Inbound Repair and Services, 20 Insurance, "
    "21 Legal Services, 22 Non-Durable Merchandise Retail, 23 Outbound Consumer Service, 24 Petrochemical Extraction and Distribution, "
    "25 Service Retail, 26 SIG Affiliations, 27 Social Services, 28 Special Outbound Trade Contractors, 29 Specialty Realty, "
    "30 Transportation, 31 Utility Creation and Distribution, 32 Vehicle Retail, 33 Wholesale"
)

ACCOUNT = table(
    Definition(
        "account", "accounts", 1, "accountid", "name", "UserOwned",
        (
            text("name", 160, required="app"),
            text("accountnumber", 20),
            lookup("parentaccountid", "account", "account_parent_account"),
            lookup("primarycontactid", "contact", "account_primary_contact"),
            memo("description"),
            money("revenue", "0", "1e14"),
            money("marketcap", "0", "1e14"),
            money("creditlimit", "0", "1e14"),
            flag("creditonhold"),
            whole("numberofemployees", 0, 1000000000),
            whole("sharesoutstanding", 0, 1000000000),
            text("sic", 20), text("tickersymbol", 10), text("stockexchange", 20),
            choice("ownershipcode", "1 Public, 2 Private, 3 Subsidiary, 4 Other"),
            choice("industrycode", _INDUSTRY),
            choice("customertypecode", "1 Competitor, 2 Consultant, 3 Customer, 4 Investor, 5 Partner, 6 Influencer, "
                   "7 Press, 8 Prospect, 9 Reseller, 10 Supplier, 11 Vendor, 12 Other"),
            choice("customersizecode", "1 Default Value", default=1),
            choice("accountcategorycode", "1 Preferred Customer, 2 Standard"),
            choice("accountclassificationcode", "1 Default Value", default=1),
            choice("accountratingcode", "1 Default Value", default=1),
            choice("businesstypecode", "1 Default Value", default=1),
            choice("territorycode", "1 Default Value", default=1),
            choice("paymenttermscode", PAYMENT),
            choice("shippingmethodcode", SHIPPING, default=1),
            *communication(), *address(1), *address(2),
            lookup("defaultpricelevelid", "pricelevel", "price_level_accounts"),
            lookup("originatingleadid", "lead", "account_originating_lead"),
            lookup("preferredsystemuserid", "systemuser", "system_user_accounts"),
            read_only(flag("merged")),
            read_only(lookup("masterid", "account", "account_master_account")),
            read_only(whole("opendeals")),
            read_only(money("openrevenue")),
            *(read_only(money(name)) for name in ("aging30", "aging60", "aging90")),
        ),
        ACTIVE_INACTIVE,
    )
)  # fmt: skip

CONTACT = table(
    Definition(
        "contact", "contacts", 2, "contactid", "fullname", "UserOwned",
        (
            text("firstname", 50), text("lastname", 50, required="app"), text("middlename", 50),
            read_only(text("fullname", 160)),
            text("salutation", 100), text("jobtitle", 100), text("department", 100), text("nickname", 100),
            customer("parentcustomerid", {"account": "contact_customer_accounts", "contact": "contact_customer_contacts"}),
            read_only(lookup("accountid", "account")),
            read_only(lookup("parentcontactid", "contact")),
            text("mobilephone", 50), date("birthdate"), date("anniversary"),
            choice("gendercode", "1 Male, 2 Female"),
            choice("familystatuscode", "1 Single, 2 Married, 3 Divorced, 4 Widowed"),
            choice("accountrolecode", "1 Decision Maker, 2 Employee, 3 Influencer"),
            choice("customertypecode", "1 Default Value", default=1),
            choice("paymenttermscode", PAYMENT),
            choice("shippingmethodcode", SHIPPING, default=1),
            money("creditlimit", "0", "1e14"), flag("creditonhold"), money("annualincome", "0", "1e14"),
            text("governmentid", 50), text("employeeid", 50), text("externaluseridentifier", 50),
            flag("isbackofficecustomer"), text("managername", 100), text("assistantname", 100), memo("description"),
            *communication(), *address(1), *address(2), *address(3),
            lookup("defaultpricelevelid", "pricelevel", "price_level_contacts"),
            lookup("originatingleadid", "lead", "contact_originating_lead"),
            read_only(lookup("masterid", "contact", "contact_master_contact")),
            read_only(flag("merged")),
        ),
        ACTIVE_INACTIVE,
    )
)  # fmt: skip

LEAD = table(
    Definition(
        "lead", "leads", 4, "leadid", "fullname", "UserOwned",
        (
            text("subject", 300, required="app"), text("firstname", 50), text("lastname", 50), read_only(text("fullname", 160)),
            text("companyname", 100), text("jobtitle", 100), text("mobilephone", 20),
            lookup("parentaccountid", "account", "lead_parent_account"),
            lookup("parentcontactid", "contact", "lead_parent_contact"),
            customer("customerid", {"account": "lead_customer_accounts", "contact": "lead_customer_contacts"}),
            lookup("qualifyingopportunityid", "opportunity", "lead_qualifying_opportunity"),
            choice("leadsourcecode", "1 Advertisement, 2 Employee Referral, 3 External Referral, 4 Partner, 5 Public Relations, "
                   "6 Seminar, 7 Trade Show, 8 Web, 9 Word of Mouth, 10 Other"),
            choice("leadqualitycode", "1 Hot, 2 Warm, 3 Cold", default=2),
            money("budgetamount", "0", "1e12"),
            choice("budgetstatus", "0 No Committed Budget, 1 May Buy, 2 Can Buy, 3 Will Buy"),
            choice("need", "0 Must have, 1 Should have, 2 Good to have, 3 No need"),
            choice("purchaseprocess", "0 Individual, 1 Committee, 2 Unknown"),
            choice("purchasetimeframe", "0 Immediate, 1 This Quarter, 2 Next Quarter, 3 This Year, 4 Unknown"),
            choice("initialcommunication", "0 Contacted, 1 Not Contacted"),
            choice("salesstage", "0 Qualify"), money("estimatedamount", "0", "1e12"), real("estimatedvalue"),
            date("estimatedclosedate"), money("revenue", "0", "1e14"), whole("numberofemployees", 0, 1000000),
            choice("industrycode", _INDUSTRY), flag("decisionmaker"), memo("description"),
            *communication(), *address(1),
        ),
        states("0 Open: 1 New, 2 Contacted", "1 Qualified: 3 Qualified",
               "2 Disqualified: 4 Lost, 5 Cannot Contact, 6 No Longer Interested, 7 Canceled"),
    )
)  # fmt: skip

SYSTEMUSER = table(
    Definition(
        "systemuser", "systemusers", 8, "systemuserid", "fullname", "BusinessOwned",
        (
            text("firstname", 64), text("lastname", 64), read_only(text("fullname", 200)), text("domainname", 1024),
            text("internalemailaddress", 100), guid("azureactivedirectoryobjectid"), guid("applicationid"),
            lookup("businessunitid", "businessunit", "business_unit_system_users"),
            lookup("parentsystemuserid", "systemuser", "user_parent_user"),
            flag("isdisabled"), flag("isintegrationuser"), flag("setupuser"),
            choice("accessmode", "0 Read-Write, 1 Administrative, 2 Read, 3 Support User, 4 Non-interactive, 5 Delegated Admin", default=0),
        ),
    )
)  # fmt: skip

TEAM = table(
    Definition(
        "team", "teams", 9, "teamid", "name", "BusinessOwned",
        (
            text("name", 160), lookup("businessunitid", "businessunit", "business_unit_teams"),
            choice("teamtype", "0 Owner, 1 Access, 2 Security Group, 3 Office Group", default=0), flag("isdefault"),
            lookup("administratorid", "systemuser", "lk_teambase_administratorid"),
        ),
    )
)  # fmt: skip

BUSINESSUNIT = table(
    Definition(
        "businessunit", "businessunits", 10, "businessunitid", "name", "BusinessOwned",
        (text("name", 160), lookup("parentbusinessunitid", "businessunit", "business_unit_parent_business_unit"), flag("isdisabled")),
    )
)  # fmt: skip

COMPETITOR = table(
    Definition(
        "competitor", "competitors", 123, "competitorid", "name", "OrganizationOwned",
        (
            text("name", 100, required="app"), text("keyproduct", 200),
            *(memo(name) for name in ("overview", "strengths", "weaknesses", "opportunities", "threats")),
            money("reportedrevenue", "0", "1e14"), whole("reportingyear", 1000, 9999), whole("reportingquarter", 1, 4),
            real("winpercentage"), text("websiteurl", 200), text("tickersymbol", 10), text("stockexchange", 20), *address(1),
        ),
        pairs=(Pair("opportunitycompetitors_association", "opportunity", "opportunitycompetitors", "opportunitycompetitors_association"),),
    )
)  # fmt: skip

TABLES = (ACCOUNT, CONTACT, LEAD, SYSTEMUSER, TEAM, BUSINESSUNIT, COMPETITOR)
