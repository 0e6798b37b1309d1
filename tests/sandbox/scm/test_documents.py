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


def test_a_header_takes_what_the_customer_brings(scm):
    account = scm.customer(
        OrganizationName="Müller & Söhne",
        DeliveryTerms="FOB",
        DeliveryMode="10",
        PaymentTerms="Net60",
        DiscountPriceGroupId="WHOLE",
        AddressCity="Köln",
        AddressCountryRegionId="DEU",
    )
    row = scm.header(scm.order(account=account))
    assert row["SalesOrderName"] == row["DeliveryAddressName"] == "Müller & Söhne"
    assert (row["CurrencyCode"], row["LanguageId"]) == ("USD", "en-US")
    assert (row["DeliveryTermsCode"], row["DeliveryModeCode"]) == ("FOB", "10")
    assert (row["PaymentTermsName"], row["PriceCustomerGroupCode"]) == ("Net60", "WHOLE")
    assert (row["DefaultShippingSiteId"], row["DefaultShippingWarehouseId"]) == ("1", "11")
    assert (row["DeliveryAddressCity"], row["FormattedDelveryAddress"]) == ("Köln", "Köln\nDEU")
    assert row["SkipCreateAutoCharges"] == "Yes"
    assert row["CustomerPostingProfileId"] == "GEN"


def test_an_address_is_honoured_only_where_it_is_the_orders_own(scm):
    account = scm.customer(AddressCity="Home")
    ignored = scm.header(scm.order(account=account, DeliveryAddressCity="Away"))
    own = scm.order(
        account=account, DeliveryAddressCity="Away", IsDeliveryAddressOrderSpecific="Yes"
    )
    assert ignored["DeliveryAddressCity"] == "Home"
    assert scm.header(own)["DeliveryAddressCity"] == "Away"


def test_documented_columns_are_required(scm):
    account = scm.customer()
    refused = scm.post("SalesOrderHeadersV2", OrderingCustomerAccountNumber=account)
    assert "Invoice customer account number" in infolog(refused)
    assert "Requesting customer account number" in infolog(
        scm.post("SalesQuotationHeadersV2", CurrencyCode="USD", LanguageId="en-us")
    )


def test_the_opportunity_prompt_must_be_answered_beforehand(scm):
    account = scm.customer()
    body = {"dataAreaId": "usmf", "RequestingCustomerAccountNumber": account}
    assert "opportunity" in infolog(scm.post("SalesQuotationHeadersV2", **body))
    row = scm.made("SalesQuotationHeadersV2", SkipOpportunityCreationPrompt="Yes", **body)
    assert row["SkipOpportunityCreationPrompt"] == "No"
    assert (row["SalesQuotationStatus"], row["SalesQuotationHeaderCreationMethod"]) == (
        "Created",
        "SCM",
    )
    assert row["InvoiceCustomerAccountNumber"] == account
    scm.assume(asks_for_opportunity=False)
    assert scm.post("SalesQuotationHeadersV2", **body).status_code == 201


def test_the_first_line_opens_the_order(scm):
    order = scm.order()
    assert scm.header(order)["SalesOrderStatus"] == "None"
    line = scm.line(order, scm.item(), 3)
    assert scm.header(order)["SalesOrderStatus"] == "Backorder"
    assert line["InventoryLotId"].startswith("USMF-")
    assert (line["LineNumber"], line["LineCreationSequenceNumber"]) == (1, 1)
    assert (line["SalesUnitSymbol"], line["SalesPriceQuantity"]) == ("ea", 1)
    assert (line["SalesPrice"], line["LineAmount"]) == (100, 300)
    assert (line["ShippingSiteId"], line["SalesOrderLineStatus"]) == ("1", "Backorder")
    second = scm.line(order, scm.item())
    assert second["LineCreationSequenceNumber"] == 2
    scm.delete(f"SalesOrderLines(dataAreaId='usmf',InventoryLotId='{line['InventoryLotId']}')")
    assert scm.line(order, scm.item())["LineCreationSequenceNumber"] == 3


def test_header_and_lines_cannot_be_sent_in_one_body(scm):
    account = scm.customer()
    refused = scm.post(
        "SalesOrderHeadersV2",
        OrderingCustomerAccountNumber=account,
        InvoiceCustomerAccountNumber=account,
        SalesOrderLines=[{"ItemNumber": "x"}],
    )
    assert "Deep insert is not supported" in infolog(refused)


def test_lines_are_refused_for_what_the_item_lacks(scm):
    order = scm.order(account=scm.customer(SiteId="", WarehouseId=""))
    item, stopped = scm.item(), scm.item()
    scm.command("stop_item", company="usmf", item=stopped)
    body = {"dataAreaId": "usmf", "SalesOrderNumber": order, "OrderedSalesQuantity": 1}
    place = {"ShippingSiteId": "1", "ShippingWarehouseId": "11"}

    def told(**row):
        return infolog(scm.post("SalesOrderLines", **body, **row))

    assert "Inventory dimension Site is mandatory" in told(ItemNumber=item)
    assert "Warehouse is mandatory" in told(ItemNumber=item, ShippingSiteId="1")
    assert "not found in the related table" in told(ItemNumber="not released", **place)
    assert f"Item '{stopped}' is blocked for 'Sales order'." in told(ItemNumber=stopped, **place)
    assert "must be filled in" in told(**place)
    assert "unit conversion" in told(ItemNumber=item, SalesUnitSymbol="pallet", **place)
    assert "InventoryLotId" in told(ItemNumber=item, InventoryLotId="MINE", **place)
    refused = scm.post("SalesOrderLines", **{**body, "SalesOrderNumber": "none"}, ItemNumber=item)
    assert "related table" in infolog(refused)
    line = scm.made("SalesOrderLines", **body, ItemNumber=item, ShippingWarehouseId="24")
    assert line["ShippingSiteId"] == "2"
    assert scm.post("SalesOrderLines", **body, SalesProductCategoryName="Gifts").status_code == 201


def test_default_order_settings_of_the_item_stand_in_for_a_place(scm):
    order, item = scm.order(account=scm.customer(SiteId="", WarehouseId="")), scm.item()
    scm.command("order_settings", company="usmf", item=item, site="2", warehouse="24")
    line = scm.line(order, item)
    assert (line["ShippingSiteId"], line["ShippingWarehouseId"]) == ("2", "24")
    own = scm.line(order, item, ShippingWarehouseId="11")
    assert (own["ShippingSiteId"], own["ShippingWarehouseId"]) == ("1", "11")


def test_a_service_needs_no_place(scm):
    order = scm.order(account=scm.customer(SiteId="", WarehouseId=""))
    assert scm.line(order, scm.item(ProductType="Service"))["LineAmount"] == 100


def test_quantities_have_the_decimals_of_their_unit(scm):
    order, item = scm.order(), scm.item()
    body = {"dataAreaId": "usmf", "SalesOrderNumber": order, "ItemNumber": item}
    refused = scm.post("SalesOrderLines", **body, OrderedSalesQuantity=1.5)
    assert "more decimals" in infolog(refused)
    weighed = scm.item(InventoryUnitSymbol="kg")
    assert scm.line(order, weighed, 1.125)["LineAmount"] == 112.5


def test_a_product_master_needs_the_dimensions_of_a_variant(scm):
    item = scm.item(ProductSubtype="ProductMaster")
    variant = {"dataAreaId": "usmf", "ProductMasterNumber": item, "ProductColorId": "Black"}
    scm.made("ReleasedProductVariantsV2", **variant, ProductVariantNumber=f"{item}:Black")
    order = scm.order()
    body = {"dataAreaId": "usmf", "SalesOrderNumber": order, "ItemNumber": item}
    assert "is mandatory" in infolog(scm.post("SalesOrderLines", **body, OrderedSalesQuantity=1))
    refused = scm.post("SalesOrderLines", **body, ProductColorId="Pink", OrderedSalesQuantity=1)
    assert "does not exist" in infolog(refused)
    assert scm.line(order, item, ProductColorId="Black")["ProductColorId"] == "Black"
    sku = f"CDSReleasedDistinctProducts(dataAreaId='usmf',ProductNumber='{item}:Black')"
    assert scm.get(sku).json()["ItemNumber"] == item


@pytest.mark.parametrize(("status", "allowed"), [("No", True), ("Invoice", True), ("All", False)])
def test_a_customer_on_hold_orders_only_as_far_as_the_hold_lets_it(scm, status, allowed):
    account = scm.customer(OnHoldStatus=status)
    customers = {
        "OrderingCustomerAccountNumber": account,
        "InvoiceCustomerAccountNumber": account,
    }
    answer = scm.post("SalesOrderHeadersV2", dataAreaId="usmf", **customers)
    assert (answer.status_code == 201) is allowed
    if status == "Invoice":
        order = answer.json()["SalesOrderNumber"]
        scm.line(order, scm.item())
        assert "on hold" in _post(scm, "invoice_order", order).text


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
