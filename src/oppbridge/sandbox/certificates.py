"""A certificate authority made at start, so that clients can check the sandbox like any host."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificates:
    """The server's TLS settings and the file that clients must trust."""

    context: ssl.SSLContext
    ca_file: Path


def make_certificates(folder: Path) -> Certificates:
    """Write `ca.pem` into `folder` and return TLS settings for 127.0.0.1 and localhost.

    Elliptic keys: made in milliseconds, where RSA keys take up to a second.
    """
    import trustme

    authority = trustme.CA(organization_name="OppBridge sandbox", key_type=trustme.KeyType.ECDSA)
    host = authority.issue_cert("127.0.0.1", "localhost", "::1", key_type=trustme.KeyType.ECDSA)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    host.configure_cert(context)
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return Certificates(context, ca_file)
