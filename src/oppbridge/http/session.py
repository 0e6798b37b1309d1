"""One pooled line to one system: signed in, gated, retried, pinned to its host, bounded in size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

import oppbridge
from oppbridge.errors import ConfigError, OppBridgeError, Throttled, Unavailable, Unsure

from .answer import Answer, Call
from .gate import Gate
from .hosts import checked_root, pinned
from .retry import rules
from .trouble import NETWORK_ERRORS, Judge, by_status, network, retry_after, unanswered

USER_AGENT = f"OppBridge/{oppbridge.__version__}"


class Bearer(Protocol):
    """Where a session gets its access token."""

    def token(self, refused: str | None = None) -> str:
        """A token that works now; another one than `refused`. Raises AccessDenied."""
        ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a call may take in seconds, tries included, and how large a body may be in bytes."""

    connect: float = 10.0
    answer: float = 130.0
    patience: float = 60.0
    largest: int = 256 * 1024 * 1024


def pool(ca_file: Path | None = None, connections: int = 52) -> requests.Session:
    """A pooled `requests` session that takes no cookies and, given a CA file, trusts that alone.

    With a CA file the environment is ignored, because its `REQUESTS_CA_BUNDLE` would win otherwise.
    Raises ConfigError when the CA file is missing.
    """
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = USER_AGENT
    session.mount("https://", HTTPAdapter(pool_connections=4, pool_maxsize=connections))
    if ca_file is not None:
        if not ca_file.is_file():
            raise ConfigError(f"the CA file {ca_file} does not exist")
        session.verify = str(ca_file)
        session.trust_env = False
    return session


_NO_CONTENT = 204


class Session:
    """Sends calls to the system at `root`. Safe to share between threads."""

    def __init__(
        self,
        root: str,
        http: requests.Session,
        bearer: Bearer | None,
        gate: Gate | None = None,
        judge: Judge = by_status,
        bounds: Bounds | None = None,
    ) -> None:
        self.root = checked_root(root)
        self.host = urlsplit(self.root).netloc
        self.judge = judge
        self._http = http
        self._bearer = bearer
        self._gate = gate or Gate()
        self._bounds = bounds or Bounds()
        self._answered = False

    def close(self) -> None:
        """Let go of all connections; harmless when called again."""
        self._http.close()

    def send(self, call: Call) -> Answer:
        """The answer, be it good or a refusal: ask `refusal` which.

        Throttled, Unavailable, Unsure and AccessDenied (a token refused twice) are raised, after
        what may be tried again was tried for as long as the session's patience lasts.
        """
        bounds = self._bounds
        for attempt in rules(bounds.patience, known=self._answered):
            with attempt:
                return self._try(call)
        raise Unavailable(f"{call.name} was never sent")

    def refusal(self, call: Call, answer: Answer) -> OppBridgeError | None:
        """The error an answer stands for, or None."""
        return self.judge(call, answer)

    def json(self, call: Call) -> Any:
        """The decoded body of a good answer; raises what a refusal stands for."""
        answer = self.send(call)
        error = self.refusal(call, answer)
        if error is not None:
            raise error
        return self.decoded(call, answer)

    def decoded(self, call: Call, answer: Answer) -> Any:
        """The body of a good answer. Unavailable, or Unsure for a write, when it is not JSON."""
        try:
            return answer.json()
        except ValueError as error:
            raise unanswered(
                call, f"{call.name}: {self.host} did not answer with JSON ({error})"
            ) from error

    def _try(self, call: Call) -> Answer:
        with self._gate.passing(self._bounds.patience):
            answer = self._signed(call)
            error = self.refusal(call, answer)
            if isinstance(error, Throttled):
                self._gate.shut(error.after)
            elif answer.status == 503 and "retry-after" in answer.headers:
                self._gate.shut(retry_after(answer.headers))  # the write itself may have been done
            else:
                self._gate.answered(answer.headers.get("x-ms-dop-hint"))
        if isinstance(error, Throttled | Unavailable | Unsure) or (error and answer.status == 401):
            raise error
        if call.method == "GET" and error is None and answer.status != _NO_CONTENT:
            self._read(call, answer)
        self._answered = True
        return answer

    def _read(self, call: Call, answer: Answer) -> None:
        """A read must bring JSON: whatever else says 200 is a gateway, and is asked again."""
        if self.decoded(call, answer) is None:
            raise unanswered(call, f"{call.name}: {self.host} answered with nothing")

    def _signed(self, call: Call) -> Answer:
        if self._bearer is None:
            return self._sent(call, None)
        token = self._bearer.token()
        answer = self._sent(call, token)
        if answer.status != 401:
            return answer
        return self._sent(call, self._bearer.token(refused=token))

    def _sent(self, call: Call, token: str | None) -> Answer:
        url = pinned(self.root, call.path)
        bounds = self._bounds
        try:
            response = self._http.request(
                call.method,
                url,
                data=call.body,
                headers=dict(call.headers),
                auth=_authorization(token),
                timeout=(bounds.connect, bounds.answer),
                allow_redirects=False,
                stream=True,
            )
            with response:
                body = response.raw.read(bounds.largest + 1, decode_content=True)
        except NETWORK_ERRORS as error:
            raise network(call, self.host, error) from error
        if len(body) > bounds.largest:
            raise unanswered(call, f"{call.name}: the answer is larger than {bounds.largest} bytes")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, body)


def _authorization(
    token: str | None,
) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Sets the header as late as possible: a .netrc entry would replace it otherwise."""

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if token is not None:
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    return authorize
