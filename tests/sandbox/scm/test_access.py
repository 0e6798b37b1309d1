import pytest


@pytest.fixture
def token(scm):
    def get(resource):
        identity = scm.sandbox.world.identity
        form = {
            "grant_type": "client_credentials",
            "client_id": identity.client_id,
            "client_secret": identity.client_secret,
            "scope": f"{resource}/.default",
        }
        url = f"{scm.sandbox.url('login')}/{identity.tenant}/oauth2/v2.0/token"
        return scm.session.post(url, data=form).json()["access_token"]

    return get


def _status(scm, text):
    headers = {"Authorization": f"Bearer {text}"}
    return scm.session.get(f"{scm.base}/data/Currencies", headers=headers)


def test_the_audience_must_be_the_address_without_a_slash(scm, token):
    assert _status(scm, token(scm.base)).status_code == 200
    assert _status(scm, token(f"{scm.base}/")).status_code == 401
    assert _status(scm, token(scm.sandbox.url("dataverse"))).status_code == 401


def test_without_a_token_the_service_says_where_to_get_one(scm):
    answer = _status(scm, "made-up")
    assert answer.status_code == 401
    assert scm.sandbox.url("login") in answer.headers["WWW-Authenticate"]
    assert scm.session.get(f"{scm.base}/data", headers={"Authorization": ""}).status_code == 401


def test_a_token_expires_by_the_sandbox_clock(scm, token):
    text = token(scm.base)
    scm.sandbox.clock.move(3500)
    assert _status(scm, text).status_code == 200
    scm.sandbox.clock.move(100)
    assert _status(scm, text).status_code == 401
    scm.sandbox.clock.move(-3600)


def test_any_token_opens_the_door_once_that_is_assumed(scm):
    scm.assume(strict_tokens=False)
    assert _status(scm, "anything").status_code == 200


def test_an_application_that_is_not_registered_is_a_stranger(scm, token):
    identity = scm.sandbox.world.identity
    scm.session.post(
        f"{scm.sandbox.url('login')}/_sandbox/register_app",
        json={"client_id": "other-app", "secret": "other"},
    )
    form = {
        "grant_type": "client_credentials",
        "client_id": "other-app",
        "client_secret": "other",
        "resource": scm.base,
    }
    url = f"{scm.sandbox.url('login')}/{identity.tenant}/oauth2/token"
    text = scm.session.post(url, data=form).json()["access_token"]
    assert _status(scm, text).status_code == 401
    scm.command("user", subject="other-app", company="demf", companies=["demf"])
    assert _status(scm, text).status_code == 200


@pytest.mark.parametrize(
    ("facet", "text"),
    [({"requests": 3}, "Number of requests exeeded the limit of 6000")],
)
def test_limits_apply_once_they_are_asked_for(scm, facet, text):
    scm.sandbox.limit("scm", **facet)
    try:
        answers = [scm.get("Currencies?$select=Name") for _ in range(4)]
    finally:
        scm.sandbox.limit("scm", factor=1000)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert text in answers[-1].json()["error"]["message"]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_resource_throttling_comes_as_a_fault(scm):
    scm.sandbox.faults.add("throttle", service="scm", facet="resources", retry_after="30")
    answer = scm.get("Currencies")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    assert "high resource utilization" in answer.text
    assert scm.get("Currencies").status_code == 200


def test_metadata_says_what_is_mandatory_and_when_it_can_be_written(scm):
    url = f"{scm.base}/Metadata/PublicEntities('CustomerV3')"
    entity = scm.session.get(url).json()
    by_name = {one["Name"]: one for one in entity["Properties"]}
    assert entity["EntitySetName"] == "CustomersV3"
    assert by_name["CustomerGroupId"]["IsMandatory"]
    assert by_name["CustomerAccount"]["IsKey"]
    assert by_name["PartyType"]["AllowEditOnCreate"]
    assert not by_name["PartyType"]["AllowEdit"]
    assert not by_name["FullPrimaryAddress"]["AllowEditOnCreate"]
    assert len(by_name) == 305


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("SalesOrderHeaderV2", 168),
        ("SalesOrderLine", 151),
        ("SalesQuotationHeaderV2", 131),
        ("SalesQuotationLine", 81),
        ("ContactPerson", 120),
        ("CDSReleasedDistinctProduct", 27),
        ("SellableReleasedProduct", 15),
        ("SalesPriceAgreement", 27),
    ],
)
def test_entities_have_every_column_of_the_real_ones(scm, name, columns):
    url = f"{scm.base}/Metadata/PublicEntities('{name}')"
    assert len(scm.session.get(url).json()["Properties"]) == columns


def test_metadata_lists_entities_and_enumerations(scm):
    for name in ("DataEntities", "PublicEntities", "PublicEnumerations"):
        assert scm.session.get(f"{scm.base}/Metadata/{name}").json()["value"]
    url = f"{scm.base}/Metadata/PublicEnumerations('SalesStatus')"
    members = {one["Name"]: one["Value"] for one in scm.session.get(url).json()["Members"]}
    assert members == {"None": 0, "Backorder": 1, "Delivered": 2, "Invoiced": 3, "Canceled": 4}
    assert scm.session.get(f"{scm.base}/Metadata/PublicEntities('No')").status_code == 404


def test_the_csdl_is_well_formed_and_names_every_set(scm):
    from xml.etree import ElementTree as ET

    root = ET.fromstring(scm.get("$metadata").content)
    space = "{http://docs.oasis-open.org/odata/ns/edm}"
    sets = {one.get("Name"): one.get("EntityType") for one in root.iter(f"{space}EntitySet")}
    assert sets["SalesOrderLines"] == "Microsoft.Dynamics.DataEntities.SalesOrderLine"
    types = {one.get("Name") for one in root.iter(f"{space}EntityType")}
    assert {value.rpartition(".")[2] for value in sets.values()} == types
