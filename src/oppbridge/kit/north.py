"""The northern CRM: clients choose ids, amounts are text with two decimals, empty is null."""

from .dialects import Dialect, table

NORTH = Dialect(
    "north",
    {
        "companies": table(
            "companies",
            """
            nr text 20
            title text 40 required
            state choice A=Active I=Inactive
            mail text 80
            phone text 30
            town text 30
            land text 2
            staff integer
            turnover decimal 2
            turnover_cur text 3
            parent_id reference >companies
            contact_id reference >people
            notes text 500
            """,
        ),
        "people": table(
            "people",
            """
            first text 30
            last text 30 required
            role text 40
            state choice A=Active I=Inactive
            mail text 80
            phone text 30
            company_id reference >companies
            """,
        ),
        "items": table(
            "items",
            """
            nr text 20
            title text 40 required
            state choice D=Draft A=Active R=Retired
            unit text 10
            decimals integer
            price decimal 2
            price_cur text 3
            stopped boolean
            """,
        ),
        "deals": table(
            "deals",
            """
            title text 40 required
            company_id reference >companies
            contact_id reference >people
            state choice OPEN=Open HOLD=On_hold WON=Won LOST=Lost VOID=Canceled
            stage choice 1=Qualify 2=Develop 3=Propose 4=Close
            amount decimal 2
            amount_cur text 3
            closes date
            chance integer
            touched instant
            notes text 500
            score integer
            grade text 1
            """,
            {
                "lines": """
                    item_id reference >items required
                    memo text 60
                    count decimal 3
                    price decimal 2
                    price_cur text 3
                """,
                "rivals": """
                    title text 40 required
                """,
                "people": """
                    contact_id reference >people required
                    role text 30
                """,
            },
        ),
        "offers": table(
            "offers",
            """
            nr text 20 fixed
            title text 40 required
            company_id reference >companies
            deal_id reference >deals
            state choice DRAFT=Draft SENT=Active WON=Won LOST=Lost VOID=Canceled OLD=Revised
            until date
            total decimal 2 computed
            total_cur text 3 computed
            """,
            {
                "lines": """
                    item_id reference >items required
                    memo text 60
                    count decimal 3
                    price decimal 2
                    price_cur text 3
                    due date
                """
            },
        ),
        "sales": table(
            "sales",
            """
            nr text 20 fixed
            title text 40 required
            company_id reference >companies
            offer_id reference >offers
            state choice NEW=New OK=Confirmed WIP=Started SENT=Shipped BILLED=Invoiced VOID=Canceled
            their_ref text 30
            ordered date
            total decimal 2 computed
            total_cur text 3 computed
            """,
            {
                "lines": """
                    item_id reference >items required
                    memo text 60
                    count decimal 3
                    price decimal 2
                    price_cur text 3
                    due date
                """
            },
        ),
    },
    totalled=dict.fromkeys(("offers", "sales"), ("count", "price", "price_cur")),
)
