"""What postings do to documents, and what they forbid afterwards."""

import pytest

from .conftest import infolog


def _quotation(scm, number):
    return scm.get(
        f"SalesQuotationHeadersV2(dataAreaId='usmf',SalesQuotationNumber='{number}')"
    ).json()


def _quotation_line(scm, number, item, quantity=1, **row):
    return scm.made(
        "SalesQuotationLines",
        dataAreaId="usmf",
        SalesQuotationNumber=number,
        ItemNumber=item,
        RequestedSalesQuantity=quantity,
        **row,
    )


def _post(scm, command, number, **body):
    return scm.command(command, company="usmf", number=number, **body)


def test_an_order_runs_through_the_documented_statuses(scm):
    order = scm.order()
    scm.line(order, scm.item(), 4)
    scm.line(order, scm.item(SalesPrice=0.335), 3)

    def shown():
        row = scm.header(order)
        return row["SalesOrderStatus"], row["SalesOrderProcessingStatus"]

    assert shown() == ("Backorder", "Active")
    assert _post(scm, "confirm_order", order).json()["confirmation"]
    assert shown() == ("Backorder", "Confirmed")
    assert scm.header(order)["ConfirmedShippingDate"] != "1900-01-01T12:00:00Z"
    _post(scm, "pick_order", order)
    assert shown() == ("Backorder", "Picked")
    _post(scm, "pack_order", order, quantities={"1": 1})
    assert shown() == ("Backorder", "PartiallyDelivered")
    _post(scm, "invoice_order", order)
    assert shown() == ("Backorder", "PartiallyInvoiced")
    _post(scm, "pack_order", order)
    assert shown() == ("Delivered", "Delivered")
    _post(scm, "invoice_order", order)
    assert shown() == ("Invoiced", "Invoiced")
    lines = scm.value(f"SalesOrderLines?$filter=SalesOrderNumber eq '{order}'")
    assert {line["SalesOrderLineStatus"] for line in lines} == {"Invoiced"}
    invoices = scm.value(f"SalesInvoiceHeadersV2?$filter=SalesOrderNumber eq '{order}'")
    assert sorted(row["TotalInvoiceAmount"] for row in invoices) == [100, 301.01]
    rows = scm.value(
        f"SalesInvoiceV2Lines?$filter=InvoiceNumber eq '{invoices[1]['InvoiceNumber']}'"
    )
    assert [row["InvoicedQuantity"] for row in rows] == [3, 3]
    assert len(scm.value(f"SalesOrderConfirmationHeaders?$filter=SalesOrderNumber eq '{order}'"))


def test_a_posted_document_can_no_longer_be_changed(scm):
    order = scm.order()
    line = scm.line(order, scm.item(), 2)
    _post(scm, "invoice_order", order)
    header = f"SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='{order}')"
    lot = f"SalesOrderLines(dataAreaId='usmf',InventoryLotId='{line['InventoryLotId']}')"
    assert "its status is Invoiced" in infolog(scm.patch(header, {"CustomersOrderReference": "x"}))
    assert "its status is Invoiced" in infolog(scm.patch(lot, {"OrderedSalesQuantity": 5}))
    assert "its status is Invoiced" in infolog(scm.delete(lot))
    assert "its status is Invoiced" in infolog(scm.delete(header))


def test_what_is_delivered_cannot_be_ordered_less(scm):
    order = scm.order()
    line = scm.line(order, scm.item(), 4)
    _post(scm, "pack_order", order, quantities={"1": 3})
    lot = f"SalesOrderLines(dataAreaId='usmf',InventoryLotId='{line['InventoryLotId']}')"
    assert scm.patch(lot, {"OrderedSalesQuantity": 2}).status_code == 400
    assert scm.patch(lot, {"OrderedSalesQuantity": 3}).status_code == 204


def test_an_order_is_cancelled_only_before_anything_was_delivered(scm):
    fresh, picked = scm.order(), scm.order()
    for order in (fresh, picked):
        scm.line(order, scm.item())
    _post(scm, "pick_order", picked)
    assert _post(scm, "cancel_order", fresh).status_code == 200
    assert scm.header(fresh)["SalesOrderProcessingStatus"] == "Canceled"
    assert _post(scm, "cancel_order", picked).status_code == 400


def test_statuses_cannot_be_written(scm):
    order = scm.order()
    header = f"SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='{order}')"
    assert scm.patch(header, {"SalesOrderStatus": "Invoiced"}).status_code == 400


def test_deleting_a_header_takes_its_lines_along(scm):
    order = scm.order()
    scm.line(order, scm.item())
    key = f"SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='{order}')"
    assert scm.delete(key).status_code == 204
    assert scm.value(f"SalesOrderLines?$filter=SalesOrderNumber eq '{order}'") == []


def test_a_confirmed_quotation_becomes_an_order(scm):
    number = scm.quotation(CustomersReference="CRM-9", TotalDiscountPercentage=10)
    item = scm.item()
    _quotation_line(scm, number, item, 3, SalesPrice=33.33, LineDiscountPercentage=5)
    assert _post(scm, "confirm_quotation", number).status_code == 400
    _post(scm, "send_quotation", number)
    sent = _quotation(scm, number)
    assert (sent["SalesQuotationStatus"], sent["QuotationTotalAmount"]) == ("Sent", 85.49)
    order = _post(scm, "confirm_quotation", number).json()["order"]
    done = _quotation(scm, number)
    assert (done["SalesQuotationStatus"], done["GeneratedSalesOrderNumber"]) == (
        "Confirmed",
        order,
    )
    row = scm.header(order)
    assert (row["QuotationNumber"], row["CustomersOrderReference"]) == (number, "CRM-9")
    line = scm.value(f"SalesOrderLines?$filter=SalesOrderNumber eq '{order}'")[0]
    assert (line["OrderedSalesQuantity"], line["SalesPrice"], line["LineAmount"]) == (
        3,
        33.33,
        94.99,
    )


@pytest.mark.parametrize(
    ("step", "status"), [("lose", "Lost"), ("cancel", "Cancelled"), ("send", "Sent")]
)
def test_a_quotation_ends_as_it_was_told(scm, step, status):
    number = scm.quotation()
    line = _quotation_line(scm, number, scm.item())
    assert _post(scm, f"{step}_quotation", number, reason="Price").status_code == 200
    row = _quotation(scm, number)
    assert (row["SalesQuotationStatus"], row["QuotationReasonCode"]) == (status, "Price")
    lot = f"SalesQuotationLines(dataAreaId='usmf',InventoryLotId='{line['InventoryLotId']}')"
    assert scm.get(lot).json()["SalesQuotationStatus"] == status
    answer = scm.patch(lot, {"RequestedSalesQuantity": 2})
    assert answer.status_code == (204 if status == "Sent" else 400)


def test_a_revised_quotation_lives_on_under_a_new_number(scm):
    number = scm.quotation()
    _quotation_line(scm, number, scm.item(), 2)
    _post(scm, "send_quotation", number)
    revision = _post(scm, "revise_quotation", number).json()["revision"]
    assert _quotation(scm, number)["SalesQuotationStatus"] == "Revised"
    assert _quotation(scm, revision)["SalesQuotationStatus"] == "Created"
    lines = scm.value(f"SalesQuotationLines?$filter=SalesQuotationNumber eq '{revision}'")
    assert [line["RequestedSalesQuantity"] for line in lines] == [2]


def test_a_prospects_quotation_cannot_be_confirmed(scm):
    body = {"ProspectId": "PR-1", "CurrencyCode": "USD", "LanguageId": "en-us"}
    row = scm.made("SalesQuotationHeadersV2", SkipOpportunityCreationPrompt="Yes", **body)
    number = row["SalesQuotationNumber"]
    _post(scm, "send_quotation", number)
    assert "prospect" in _post(scm, "confirm_quotation", number).text
    assert _quotation(scm, number)["SalesQuotationStatus"] == "Sent"


def test_totals_wait_for_the_job_unless_they_are_assumed_automatic(scm):
    order = scm.order(TotalDiscountPercentage=12.5)
    scm.line(order, scm.item(), 3)
    assert scm.header(order)["OrderTotalAmount"] == 0
    scm.command("calculate_totals", company="usmf")
    row = scm.header(order)
    assert (row["OrderTotalAmount"], row["OrderTotalDiscountAmount"]) == (262.5, 37.5)
    assert row["AreTotalsCalculated"] == "Yes"
    scm.assume(totals_on_write=True)
    scm.line(order, scm.item())
    assert scm.header(order)["OrderTotalAmount"] == 350


def test_tax_follows_the_rate_of_the_lines_group(scm):
    order = scm.order()
    scm.line(order, scm.item(), 1, SalesTaxGroupCode="VAT19")
    scm.line(order, scm.item(), 1)
    scm.assume(tax_rates={"VAT19": 19}, totals_on_write=True)
    scm.line(order, scm.item(), 1, SalesTaxGroupCode="VAT19")
    row = scm.header(order)
    assert (row["OrderTotalTaxAmount"], row["OrderTotalAmount"]) == (38, 338)


def test_unknown_commands_and_documents_are_told_apart(scm):
    assert scm.command("dance").status_code == 404
    assert _post(scm, "confirm_order", "none").status_code == 404
