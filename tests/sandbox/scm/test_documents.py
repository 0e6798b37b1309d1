import pytest

from .conftest import infolog


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
