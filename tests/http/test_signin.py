"""Every way to sign in, through msal, against the login twin; what is refused, and what is told."""

from __future__ import annotations

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from oppbridge.errors import AccessDenied, ConfigError, Unavailable
from oppbridge.http.session import pool
from oppbridge.http.signin import (
    Application,
    Certificate,
    Tokens,
    with_certificate,
    with_device_code,
    with_managed_identity,
    with_secret,
)
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.identities import IDENTITY_HEADER


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox.start() as running:
        yield running


@pytest.fixture
def app(sandbox):
    identity = sandbox.world.identity
    return Application(identity.tenant, identity.client_id, sandbox.url("login"))


@pytest.fixture
def http(sandbox):
    session = pool(sandbox.ca_file)
    yield session
    session.close()


def works(sandbox, http, token):
    """The Supply Chain twin accepts only tokens of the login twin meant for it."""
    headers = {"Authorization": f"Bearer {token}"}
    return http.get(f"{sandbox.url('scm')}/data/Currencies", headers=headers).status_code == 200


def scope(sandbox, name=".default"):
    return f"{sandbox.url('scm')}/{name}"


def certificate(passphrase: str | None = None):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "oppbridge")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    locked = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, form, locked).decode()
    thumbprint = signed.fingerprint(hashes.SHA1()).hex()
    return Certificate(private, thumbprint, passphrase), signed.public_bytes(pem).decode()


def test_a_secret_signs_in(sandbox, app, http):
    secret = sandbox.world.identity.client_secret
    tokens = Tokens(with_secret(app, secret, scope(sandbox), http))
    assert works(sandbox, http, tokens.token())


def test_a_wrong_secret_is_denied_in_the_words_of_the_directory(sandbox, app, http):
    tokens = Tokens(with_secret(app, "wrong-and-private", scope(sandbox), http))
    with pytest.raises(AccessDenied, match="AADSTS7000215") as caught:
        tokens.token()
    assert "wrong-and-private" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("passphrase", [None, "open sesame"])
def test_a_certificate_signs_in(sandbox, app, http, passphrase):
    given, public = certificate(passphrase)
    body = {"client_id": app.client_id, "pem": public}
    http.post(f"{sandbox.url('login')}/_sandbox/register_certificate", json=body)
    tokens = Tokens(with_certificate(app, given, scope(sandbox), http))
    assert works(sandbox, http, tokens.token())


def test_an_unknown_certificate_is_denied(sandbox, app, http):
    given, _ = certificate()
    with pytest.raises(AccessDenied, match="AADSTS700027"):
        Tokens(with_certificate(app, given, scope(sandbox), http)).token()


def test_a_key_that_is_no_key_is_a_matter_of_configuration(sandbox, app, http):
    locked, _ = certificate("right")
    for broken in (
        Certificate("not a key", "0" * 40),
        Certificate(locked.private_key, locked.thumbprint, "wrong"),
    ):
        with pytest.raises(ConfigError, match="cannot be read") as caught:
            with_certificate(app, broken, scope(sandbox), http)
        assert "wrong" not in str(caught.value)


def test_a_managed_identity_signs_in(sandbox, http, monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{sandbox.url('login')}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", IDENTITY_HEADER)
    tokens = Tokens(with_managed_identity(None, sandbox.url("scm"), http))
    first = tokens.token()
    assert works(sandbox, http, first)
    assert works(sandbox, http, tokens.token(refused=first))


def test_a_person_signs_in_on_another_device_and_is_not_asked_again(sandbox, app, http, tmp_path):
    told: list[str] = []

    def tell(message: str) -> None:
        told.append(message)
        code = re.search(r"code ([A-Z0-9-]+)", message)
        body = {"user_code": code[1]}
        http.post(f"{sandbox.url('login')}/_sandbox/approve_device", json=body)

    cache = tmp_path / "signin.json"
    asked = scope(sandbox, "user_impersonation")
    tokens = Tokens(with_device_code(app, asked, http, tell, cache))
    first = tokens.token()
    assert works(sandbox, http, first)
    assert len(told) == 1
    assert cache.stat().st_mode & 0o777 == 0o600
    later = Tokens(with_device_code(app, asked, http, tell, cache))
    assert works(sandbox, http, later.token())
    assert works(sandbox, http, later.token(refused=first))
    assert len(told) == 1


def test_an_unreachable_directory_is_unavailable(sandbox, http):
    app = Application("t", "c", "https://127.0.0.1:9")
    with pytest.raises(Unavailable, match=r"the directory at [^ ]+ cannot be reached"):
        Tokens(with_secret(app, "s", scope(sandbox), http)).token()


def test_a_directory_that_nobody_trusts_is_named(sandbox, app):
    stranger = pool()
    with (
        stranger,
        pytest.raises(ConfigError, match=r"certificate of the directory at 127\.0\.0\.1"),
    ):
        Tokens(with_secret(app, "s", scope(sandbox), stranger)).token()


def test_an_authority_must_be_https(sandbox, http):
    app = Application("t", "c", "http://127.0.0.1:9")
    with pytest.raises(ConfigError, match="https"):
        Tokens(with_secret(app, "s", scope(sandbox), http)).token()


def test_a_refused_token_is_replaced_by_a_fresh_one(sandbox, app, http):
    secret = sandbox.world.identity.client_secret
    tokens = Tokens(with_secret(app, secret, scope(sandbox), http))
    first = tokens.token()
    second = tokens.token(refused=first)
    assert first != second
    assert works(sandbox, http, second)
    assert tokens.token(refused=first) == second  # another thread was refused with the old one


class Source:
    """Counts how often it is asked, and how."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asked: list[bool] = []

    def __call__(self, *, fresh: bool):
        self.asked.append(fresh)
        return {"access_token": f"t{len(self.asked)}", "expires_in": self.seconds}


@pytest.mark.parametrize(("seconds", "good_until"), [(3600, 3300), (100, 75)])
def test_a_token_is_replaced_shortly_before_it_expires(seconds, good_until):
    now = [0.0]
    source = Source(seconds)
    tokens = Tokens(source, clock=lambda: now[0])
    assert tokens.token() == "t1"
    now[0] = good_until - 1
    assert tokens.token() == "t1"
    now[0] = good_until
    assert tokens.token() == "t2"
    assert source.asked == [False, False]


def test_many_threads_ask_the_directory_once():
    source = Source(3600)
    tokens = Tokens(source)
    ready = threading.Barrier(8)

    def go(_: int) -> str:
        ready.wait()
        return tokens.token()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(go, range(8))) == {"t1"}
    assert source.asked == [False]


def test_a_directory_in_trouble_is_unavailable_not_denied():
    def source(*, fresh: bool):
        return {"error": "temporarily_unavailable", "error_description": "AADSTS90033: busy"}

    with pytest.raises(Unavailable, match="AADSTS90033"):
        Tokens(source).token()
