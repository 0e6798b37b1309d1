"""The southern CRM: rows are numbered, names are short, amounts and choices are JSON numbers."""

from .dialects import Dialect, table

SOUTH = Dialect(
    "south",
    {
        "companies": table(
            "companies",
            """
            ref text 36 fixed
            CustNo text 20
            Name text 25 required
            Status choice 1=Open 2=Closed
            Email text 60
            Telephone text 20
            City text 20
            Country text 2
            Headcount integer
            Revenue decimal 4
            RevenueCurrency text 3
            Parent reference >companies
            MainPerson reference >people
            Remarks text 200
            """,
        ),
        "people": table(
            "people",
            """
            ref text 36 fixed
            GivenName text 20
            FamilyName text 25 required
            Title text 40
            Status choice 1=Open 2=Closed
            Email text 60
            Telephone text 20
            Company reference >companies
            """,
        ),
        "items": table(
            "items",
            """
            ref text 36 fixed
            ItemNo text 20
            Name text 25 required
            Status choice 10=Planned 20=Sold 30=Ended
            Unit text 10
            UnitDecimals integer
            ListPrice decimal 4
            ListCurrency text 3
            Blocked boolean
            """,
        ),
        "deals": table(
            "deals",
            """
            ref text 36 fixed
            Name text 25 required
            Company reference >companies
            Person reference >people
            Status choice 1=Open 2=Paused 3=Won 4=Lost 5=Dropped
            Phase choice 10=Lead 20=Meeting 30=Proposal 40=Contract
            Value decimal 4
            ValueCurrency text 3
            CloseDate date
            Percent integer
            LastTouch instant
            Remarks text 200
            Score integer
            Grade text 1
            """,
            {
                "Rows": """
                    ref text 36 fixed
                    Item reference >items required
                    Text text 40
                    Quantity decimal 5
                    UnitPrice decimal 4
                    PriceCurrency text 3
                """,
                "Rivals": """
                    ref text 36 fixed
                    Name text 25 required
                """,
                "Voices": """
                    ref text 36 fixed
                    Person reference >people required
                    Part text 20
                """,
            },
        ),
        "offers": table(
            "offers",
            """
            ref text 36 fixed
            OfferNo text 20 fixed
            Name text 25 required
            Company reference >companies
            Deal reference >deals
            Status choice 1=New 2=Sent 3=Accepted 4=Declined 5=Dropped 6=Replaced
            ValidTo date
            total decimal 4 computed
            total_cur text 3 computed
            """,
            {
                "Rows": """
                    ref text 36 fixed
                    Item reference >items required
                    Text text 40
                    Quantity decimal 5
                    UnitPrice decimal 4
                    PriceCurrency text 3
                    Due date
                """
            },
        ),
        "sales": table(
            "sales",
            """
            ref text 36 fixed
            OrderNo text 20 fixed
            Name text 25 required
            Company reference >companies
            Offer reference >offers
            Status choice 1=New 2=Confirmed 3=Started 4=Shipped 5=Billed 6=Dropped
            YourRef text 30
            OrderDate date
            total decimal 4 computed
            total_cur text 3 computed
            """,
            {
                "Rows": """
                    ref text 36 fixed
                    Item reference >items required
                    Text text 40
                    Quantity decimal 5
                    UnitPrice decimal 4
                    PriceCurrency text 3
                    Due date
                """
            },
        ),
    },
    chosen=False,
    blank="",
    numeric=True,
    noon=True,
    totalled=dict.fromkeys(("offers", "sales"), ("Quantity", "UnitPrice", "PriceCurrency")),
)
