"""The tenant the login twin speaks for.

Its applications with their secrets and certificates, its device codes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock

DEVICE_CODE_LIFE = 900.0
DEVICE_CODE_INTERVAL = 5


class Refused(Exception):
    """What Entra answers to a sign-in it refuses: OAuth word, AADSTS number, text."""

    def __init__(self, error: str, number: int, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.error = error
        self.number = number
        self.status = status


@dataclass(slots=True)
class App:
    """One registered application.

    `certificates` maps thumbprints (SHA-1 and SHA-256, hex) to public keys in PEM.
    """

    client_id: str
    name: str
    secrets: dict[str, float | None] = field(
        default_factory=dict
    )  # secret -> expiry, None for never
    certificates: dict[str, str] = field(default_factory=dict)
    public: bool = False  # may use the device code flow


@dataclass(slots=True)
class DeviceCode:
    """One pending device sign-in. `user` is set on approval; `asked` is when it was last polled."""

    client_id: str
    scope: str
    expires: float
    user: str = ""
    declined: bool = False
    asked: float = 0.0


class Directory:
    """Applications and device codes of one tenant."""

    def __init__(self, clock: Clock, tenant: str) -> None:
        self.tenant = tenant
        self.apps: dict[str, App] = {}
        self.resources: set[str] = set()  # known audiences without a slash at the end; empty: any
        self.device_codes: dict[str, DeviceCode] = {}
        self.user_codes: dict[str, str] = {}
        self._clock = clock

    def register(
        self, client_id: str, secret: str = "", *, name: str = "OppBridge", public: bool = True
    ) -> App:
        """Add an application, or another secret to one that is there."""
        app = self.apps.setdefault(client_id, App(client_id, name, public=public))
        if secret:
            app.secrets[secret] = None
        return app

    def register_certificate(self, client_id: str, pem: str) -> None:
        """Let `client_id` sign in with the private key that belongs to this X.509 certificate."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization

        certificate = x509.load_pem_x509_certificate(pem.encode())
        key = certificate.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        app = self.register(client_id)
        for algorithm in (hashes.SHA1(), hashes.SHA256()):  # noqa: S303
            app.certificates[certificate.fingerprint(algorithm).hex()] = key.decode()

    def app(self, client_id: str) -> App:
        """The application, or AADSTS700016."""
        app = self.apps.get(client_id)
        if app is None:
            text = (
                f"Application with identifier '{client_id}' was not found in the directory "
                f"'{self.tenant}'. This can happen if the application has not been installed by "
                "the administrator of the tenant."
            )
            raise Refused("unauthorized_client", 700016, text)
        return app

    def check_secret(self, app: App, secret: str) -> None:
        """Raise unless `secret` is one of the application's and has not expired."""
        if secret not in app.secrets:
            text = (
                "Invalid client secret provided. Ensure the secret being sent in the request is "
                "the client secret value, not the client secret ID, for a secret added to app "
                f"'{app.client_id}'."
            )
            raise Refused("invalid_client", 7000215, text, 401)
        expiry = app.secrets[secret]
        if expiry is not None and expiry <= self._clock.time():
            text = f"The provided client secret keys for app '{app.client_id}' are expired."
            raise Refused("invalid_client", 7000222, text, 401)

    def check_resource(self, resource: str) -> None:
        """Raise AADSTS500011 unless the tenant knows the resource, with or without a slash."""
        if self.resources and resource.rstrip("/") not in self.resources:
            text = (
                f"The resource principal named {resource} was not found in the tenant "
                f"named {self.tenant}."
            )
            raise Refused("invalid_resource", 500011, text)

    def begin_device(self, client_id: str, scope: str) -> tuple[str, str]:
        """Device code and user code of a new device sign-in."""
        app = self.app(client_id)
        if not app.public:
            text = "The client application must be marked as 'mobile'."
            raise Refused("invalid_client", 7000218, text, 401)
        device = secrets.token_urlsafe(24)
        user = "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(9))
        self.device_codes[device] = DeviceCode(
            client_id, scope, self._clock.time() + DEVICE_CODE_LIFE
        )
        self.user_codes[user] = device
        return device, user

    def settle_device(self, user_code: str, user: str, *, declined: bool = False) -> None:
        """What the person at the other device said; raises `KeyError` for an unknown code."""
        code = self.device_codes[self.user_codes[user_code]]
        code.user, code.declined = user, declined

    def poll_device(self, device_code: str, client_id: str) -> DeviceCode:
        """The approved sign-in, once; raises the documented polling errors until then."""
        code = self.device_codes.get(device_code)
        if code is None or code.client_id != client_id:
            raise Refused("invalid_grant", 70019, "Verification code expired or is not known.")
        now = self._clock.time()
        if now > code.expires:
            raise Refused(
                "expired_token",
                70020,
                "The provided value for the input parameter 'device_code' expired.",
            )
        if code.declined:
            raise Refused(
                "authorization_declined", 65004, "User declined to consent to access the app."
            )
        if not code.user:
            early, code.asked = now - code.asked < 1.0, now
            if early:
                raise Refused("slow_down", 70016, "The device polls too often.")
            text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
            raise Refused("authorization_pending", 70016, text)
        del self.device_codes[device_code]
        return code

    def command(self, name: str, body: Mapping[str, Any]) -> Any:
        """Control commands; raises `KeyError` for unknown ones."""
        match name:
            case "approve_device":
                self.settle_device(
                    str(body["user_code"]), str(body.get("user", "person@sandbox.local"))
                )
            case "decline_device":
                self.settle_device(str(body["user_code"]), "", declined=True)
            case "register_app":
                self.register(str(body["client_id"]), str(body.get("secret", "")))
            case "register_certificate":
                self.register_certificate(str(body["client_id"]), str(body["pem"]))
            case "expire_secret":
                self.apps[str(body["client_id"])].secrets[str(body["secret"])] = self._clock.time()
            case _:
                raise KeyError(name)
        return {"done": True}
