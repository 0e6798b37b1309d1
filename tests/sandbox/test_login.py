"""Sign-in as real programs do it: msal, unmodified, against the login twin."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.identities import IDENTITY_HEADER

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as running:
        yield running


@pytest.fixture
def authority(sandbox):
    return f"{sandbox.url('login')}/{sandbox.world.identity.tenant}"


@pytest.fixture
def scopes(sandbox):
    return [f"{sandbox.url('scm')}/.default"]


def _application(sandbox, session, authority, credential):
    return msal.ConfidentialClientApplication(
        sandbox.world.identity.client_id,
        authority=authority,
        client_credential=credential,
        instance_discovery=False,
        http_client=session,
    )


def _works(sandbox, session, token):
    headers = {"Authorization": f"Bearer {token}"}
    return session.get(f"{sandbox.url('scm')}/data/Currencies", headers=headers).status_code == 200


def _certificate():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "oppbridge")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    return certificate.fingerprint(hashes.SHA1()).hex(), private.decode(), public.decode()


def test_msal_signs_in_with_a_secret(sandbox, session, authority, scopes):
    secret = sandbox.world.identity.client_secret
    answer = _application(sandbox, session, authority, secret).acquire_token_for_client(scopes)
    assert answer["expires_in"] == 3599
    assert _works(sandbox, session, answer["access_token"])


def test_msal_signs_in_with_a_certificate_once_it_is_registered(
    sandbox, session, authority, scopes
):
    thumbprint, private, public = _certificate()
    credential = {"thumbprint": thumbprint, "private_key": private}
    stranger = _application(sandbox, session, authority, credential)
    refused = stranger.acquire_token_for_client(scopes)
    assert refused["error_codes"] == [700027]
    session.post(
        f"{sandbox.url('login')}/_sandbox/register_certificate",
        json={"client_id": sandbox.world.identity.client_id, "pem": public},
    )
    answer = _application(sandbox, session, authority, credential).acquire_token_for_client(scopes)
    assert _works(sandbox, session, answer["access_token"])
    _, other, _ = _certificate()
    forged = {"thumbprint": thumbprint, "private_key": other}
    refused = _application(sandbox, session, authority, forged).acquire_token_for_client(scopes)
    assert refused["error"] == "invalid_client"
    assert "AADSTS700027" in refused["error_description"]


def test_an_assertion_expires_by_the_sandbox_clock(sandbox, session, authority, scopes):
    thumbprint, private, public = _certificate()
    client = sandbox.world.identity.client_id
    body = {"client_id": client, "pem": public}
    session.post(f"{sandbox.url('login')}/_sandbox/register_certificate", json=body)
    sandbox.clock.move(7200)
    try:
        credential = {"thumbprint": thumbprint, "private_key": private}
        application = _application(sandbox, session, authority, credential)
        refused = application.acquire_token_for_client(scopes)
    finally:
        sandbox.clock.move(-7200)
    assert refused["error_codes"] == [700024]


def test_msal_signs_in_with_a_device_code_once_a_person_approves(sandbox, session, authority):
    application = msal.PublicClientApplication(
        sandbox.world.identity.client_id,
        authority=authority,
        instance_discovery=False,
        http_client=session,
    )
    scopes = [f"{sandbox.url('scm')}/user_impersonation"]
    flow = application.initiate_device_flow(scopes)
    assert flow["user_code"] in flow["message"]
    url = f"{authority}/oauth2/v2.0/token"
    form = {
        "grant_type": DEVICE,
        "device_code": flow["device_code"],
        "client_id": sandbox.world.identity.client_id,
    }
    assert session.post(url, data=form).json()["error"] == "authorization_pending"
    assert session.post(url, data=form).json()["error"] == "slow_down"
    session.post(
        f"{sandbox.url('login')}/_sandbox/approve_device", json={"user_code": flow["user_code"]}
    )
    answer = application.acquire_token_by_device_flow(flow)
    assert _works(sandbox, session, answer["access_token"])
    account = application.get_accounts()[0]
    application.remove_tokens_for_client = None
    again = application.acquire_token_silent(scopes, account, force_refresh=True)
    assert _works(sandbox, session, again["access_token"])
    assert session.post(url, data=form).json()["error"] == "invalid_grant"


def test_device_codes_are_declined_and_expire(sandbox, session, authority):
    client = sandbox.world.identity.client_id
    form = {"client_id": client, "scope": f"{sandbox.url('scm')}/user_impersonation"}

    def begin():
        return session.post(f"{authority}/oauth2/v2.0/devicecode", data=form).json()

    def poll(flow):
        body = {"grant_type": DEVICE, "device_code": flow["device_code"], "client_id": client}
        return session.post(f"{authority}/oauth2/v2.0/token", data=body).json()["error"]

    declined, late = begin(), begin()
    control = f"{sandbox.url('login')}/_sandbox/decline_device"
    session.post(control, json={"user_code": declined["user_code"]})
    assert poll(declined) == "authorization_declined"
    sandbox.clock.move(901)
    try:
        assert poll(late) == "expired_token"
    finally:
        sandbox.clock.move(-901)


def test_msal_signs_in_as_a_managed_identity_of_a_machine(sandbox, session, monkeypatch):
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", sandbox.url("login"))
    identity = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=session)
    answer = identity.acquire_token_for_client(resource=sandbox.url("scm"))
    assert _works(sandbox, session, answer["access_token"])
    url = f"{sandbox.url('login')}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x"
    assert session.get(url).status_code == 400


def test_msal_signs_in_as_a_managed_identity_of_an_app_platform(sandbox, session, monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{sandbox.url('login')}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", IDENTITY_HEADER)
    user = msal.UserAssignedManagedIdentity(client_id=sandbox.world.identity.client_id)
    identity = msal.ManagedIdentityClient(user, http_client=session)
    answer = identity.acquire_token_for_client(resource=sandbox.url("scm"))
    assert _works(sandbox, session, answer["access_token"])
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    user = msal.UserAssignedManagedIdentity(client_id="another")
    refused = msal.ManagedIdentityClient(user, http_client=session)
    assert "error" in refused.acquire_token_for_client(resource=sandbox.url("scm"))


@pytest.mark.parametrize(
    ("change", "status", "error", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": ""}, 401, "invalid_client", 7000215),
        ({"client_id": "nobody"}, 400, "unauthorized_client", 700016),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": ""}, 400, "invalid_request", 900144),
        ({"scope": "https://elsewhere/.default"}, 400, "invalid_resource", 500011),
        ({"scope": "openid"}, 400, "invalid_scope", 1002012),
    ],
)
def test_refusals_carry_the_documented_codes(
    sandbox, session, authority, scopes, change, status, error, code
):
    identity = sandbox.world.identity
    form = {
        "grant_type": "client_credentials",
        "client_id": identity.client_id,
        "client_secret": identity.client_secret,
        "scope": scopes[0],
    }
    answer = session.post(f"{authority}/oauth2/v2.0/token", data=form | change)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [code])
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    assert {"trace_id", "correlation_id", "timestamp"} <= set(body)


def test_no_credential_at_all_has_a_code_of_its_own(sandbox, session, authority, scopes):
    form = {"grant_type": "client_credentials", "client_id": sandbox.world.identity.client_id}
    answer = session.post(f"{authority}/oauth2/v2.0/token", data={**form, "scope": scopes[0]})
    assert answer.json()["error_codes"] == [7000218]


def test_an_unknown_tenant_is_not_found(sandbox, session):
    answer = session.post(f"{sandbox.url('login')}/other/oauth2/v2.0/token", data={})
    assert answer.json()["error_codes"] == [90002]


def test_an_expired_secret_is_told_apart_from_a_wrong_one(sandbox, session, authority, scopes):
    client, secret = sandbox.world.identity.client_id, "soon gone"
    control = f"{sandbox.url('login')}/_sandbox"
    session.post(f"{control}/register_app", json={"client_id": client, "secret": secret})
    session.post(f"{control}/expire_secret", json={"client_id": client, "secret": secret})
    refused = _application(sandbox, session, authority, secret).acquire_token_for_client(scopes)
    assert refused["error_codes"] == [7000222]


def test_the_older_endpoint_answers_numbers_as_text(sandbox, session, authority):
    identity = sandbox.world.identity
    form = {
        "grant_type": "client_credentials",
        "client_id": identity.client_id,
        "client_secret": identity.client_secret,
        "resource": sandbox.url("scm"),
    }
    body = session.post(f"{authority}/oauth2/token", data=form).json()
    assert body["expires_in"] == "3599"
    assert _works(sandbox, session, body["access_token"])


def test_discovery_names_endpoints_on_this_host(sandbox, session, authority):
    body = session.get(f"{authority}/v2.0/.well-known/openid-configuration").json()
    assert body["token_endpoint"] == f"{authority}/oauth2/v2.0/token"
    assert body["issuer"] == f"{authority}/v2.0"


def test_signing_in_is_fast(sandbox, session, authority, scopes):
    began = time.process_time()
    for _ in range(20):
        assert session.post(f"{authority}/oauth2/v2.0/token", data={}).status_code == 400
    assert time.process_time() - began < 1
