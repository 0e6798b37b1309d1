"""Every way to sign in leads to the same rows."""

from __future__ import annotations

import datetime as dt
import re
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from oppbridge.errors import AccessDenied, ConfigError


@pytest.fixture(scope="module")
def certificate():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "o")]), dt.datetime.now(dt.UTC)
    made = (
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
        serialization.BestAvailableEncryption(b"hush"),
    )
    public = made.public_bytes(serialization.Encoding.PEM).decode()
    return made.fingerprint(hashes.SHA1()).hex(), private, public


def rows(line):
    return len(line.changes("account", None, 50).changes)


def test_a_secret(trade, line):
    assert rows(line) == 4


def test_a_certificate_and_its_passphrase(trade, open_line, certificate, tmp_path):
    thumbprint, private, public = certificate
    file = tmp_path / "key.pem"
    file.write_bytes(private)
    given = {"file": file, "thumbprint": thumbprint, "passphrase": "hush"}
    login = trade.services["login"]
    login.command(
        "register_certificate", {"client_id": trade.world.identity.client_id, "pem": public}
    )
    assert rows(open_line(secret=None, certificate=given)) == 4


def test_a_certificate_that_is_not_there(trade, open_line, tmp_path):
    given = {"file": tmp_path / "none.pem", "thumbprint": "a" * 40}
    with pytest.raises(ConfigError, match=r"none\.pem"):
        open_line(secret=None, certificate=given)


def test_the_identity_of_the_machine(trade, open_line, monkeypatch):
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", trade.url("login"))
    assert rows(open_line(secret=None, managed_identity={})) == 4


def test_a_person_on_another_device(trade, open_line, capsys, tmp_path):
    cache = tmp_path / "sign-in"
    line = open_line(secret=None, device_code={"cache": cache})
    seen = []
    reading = threading.Thread(target=lambda: seen.append(rows(line)))
    reading.start()
    text = ""
    while not (found := re.search(r"the code (\S+)", text)):
        reading.join(0.05)
        text += capsys.readouterr().err
    code = found[1].rstrip(".")
    trade.services["login"].command("approve_device", {"user_code": code})
    reading.join(30)
    assert seen == [4]
    assert cache.stat().st_mode & 0o777 == 0o600
    assert rows(open_line(secret=None, device_code={"cache": cache})) == 4, "kept for later"


def test_an_application_nobody_knows(trade, open_line):
    with pytest.raises(AccessDenied):
        rows(open_line(client_id="nobody"))


def test_a_directory_nobody_knows(trade, open_line):
    with pytest.raises(ConfigError):
        rows(open_line(tenant="00000000-0000-0000-0000-00000000dead"))
