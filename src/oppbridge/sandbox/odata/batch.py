"""`$batch`: multipart requests taken apart, carried out in order, and answered in the same shape.

The standard library's e-mail parser reads the multipart form; parts are HTTP requests in text.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from email.parser import BytesParser
from email.policy import compat32
from http import HTTPStatus
from typing import Any

from ..wire import Request, Response, split_target


class BadBatch(Exception):
    """The batch as a whole cannot be read."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One request of a batch; `target` is kept as text until references are known."""

    content_id: str | None
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Operations that go through together or not at all."""

    operations: tuple[Operation, ...]


@dataclass(slots=True)
class Answered:
    """What became of one item: an answer, or those of a change set, with their Content-IDs."""

    response: Response | None = None
    content_id: str | None = None
    members: list[tuple[str | None, Response]] = field(default_factory=list)


def parse_batch(content_type: str, body: bytes, limit: int = 1000) -> list[Operation | ChangeSet]:
    """The items of a batch in order. Raises `BadBatch`."""
    if "multipart/mixed" not in content_type.lower() or "boundary=" not in content_type.lower():
        raise BadBatch("The content type of a batch must be multipart/mixed with a boundary.")
    items: list[Operation | ChangeSet] = []
    count = 0
    for part in _parts(content_type.encode(), body):
        if part.get_content_type() == "multipart/mixed":
            inside = [_operation(p) for p in part.get_payload()]
            items.append(ChangeSet(tuple(inside)))
            count += len(inside)
        else:
            items.append(_operation(part))
            count += 1
    if count > limit:
        raise BadBatch(f"The batch holds {count} operations; the maximum is {limit}.")
    return items


def _parts(content_type: bytes, body: bytes) -> list[Any]:
    message = BytesParser(policy=compat32).parsebytes(
        b"Content-Type: " + content_type + b"\r\n\r\n" + body
    )
    parts = message.get_payload()
    if not isinstance(parts, list):
        raise BadBatch("The batch has no parts.")
    return parts


def _operation(part: Any) -> Operation:
    raw = part.get_payload(decode=True)
    if part.get_content_type() != "application/http" or not raw:
        raise BadBatch("A part of the batch is not an application/http request.")
    head, _, body = (
        re.sub(rb"^[\r\n]+", b"", raw).replace(b"\r\n\r\n", b"\n\n", 1).partition(b"\n\n")
    )
    lines = head.decode("utf-8").splitlines()
    words = lines[0].split(" ")
    if len(words) < 2:
        raise BadBatch(f"'{lines[0]}' is not a request line.")
    target = " ".join(words[1:-1]) if words[-1].startswith("HTTP/") else " ".join(words[1:])
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    content_id = part.get("Content-ID") or headers.pop("content-id", None)
    return Operation(
        str(content_id) if content_id else None,
        words[0].upper(),
        target,
        headers,
        body.rstrip(b"\r\n"),
    )


_REFERENCE = re.compile(r"\$(\d+)(?![\w])")


def resolve(operation: Operation, outer: Request, known: dict[str, str], root: str) -> Request:
    """The operation as a request of its own, `$1` replaced by the address it stands for.

    Raises `BadBatch` naming a reference that no earlier operation of the change set made.
    """

    def address(match: re.Match[str]) -> str:
        try:
            return known[match.group(1)]
        except KeyError:
            raise BadBatch(
                f"Content-ID Reference: '${match.group(1)}' does not exist in the batch context."
            ) from None

    target = operation.target
    if target.startswith("$") and _REFERENCE.match(target):
        target = _REFERENCE.sub(address, target, count=1)
    body = operation.body
    if b'"$' in body:
        body = re.sub(rb'"/?\$(\d+)"', lambda m: b'"' + _address(m, address) + b'"', body)
    if not target.startswith(("http://", "https://", "/")):
        target = f"{root}/{target}"
    path, raw_query, query = split_target(target)
    headers = {**operation.headers}
    for inherited in ("authorization", "host"):
        if inherited in outer.headers:
            headers.setdefault(inherited, outer.headers[inherited])
    return replace(
        outer,
        method=operation.method,
        path=path,
        query=query,
        raw_query=raw_query,
        headers=headers,
        body=body,
    )


def _address(match: re.Match[bytes], address: Callable[[re.Match[str]], str]) -> bytes:
    text = _REFERENCE.match("$" + match.group(1).decode())
    return address(text).encode() if text else match.group()


Transaction = Callable[[], AbstractContextManager[None]]


class _Undo(Exception):
    """Rolls a change set back."""


@dataclass(frozen=True, slots=True)
class Runner:
    """How a twin carries out a batch: `answer` one request, in a `transaction`, under `root`.

    `refuse` words an error of the batch itself. `on_error_go_on` is the caller's preference.
    """

    answer: Callable[[Request], Response]
    transaction: Transaction
    refuse: Callable[[str], Response]
    root: str
    on_error_go_on: bool

    def run(self, items: list[Operation | ChangeSet], outer: Request) -> list[Answered]:
        """Answers in order; without the preference it stops behind the first failure."""
        out = []
        for item in items:
            done = (
                self._change_set(item, outer)
                if isinstance(item, ChangeSet)
                else self._single(item, outer, {})
            )
            out.append(done)
            if failed(done) and not self.on_error_go_on:
                break
        return out

    def _single(self, item: Operation, outer: Request, known: dict[str, str]) -> Answered:
        try:
            request = resolve(item, outer, known, self.root)
        except BadBatch as problem:
            return Answered(self.refuse(str(problem)), item.content_id)
        answer = self.answer(request)
        if answer.writes is None:
            answer = replace(answer, writes=int(request.method not in ("GET", "HEAD")))
        return Answered(answer, item.content_id)

    def _change_set(self, item: ChangeSet, outer: Request) -> Answered:
        done = Answered()
        known: dict[str, str] = {}
        try:
            with self.transaction():
                for operation in item.operations:
                    if operation.method == "GET":
                        answer = self.refuse("A change set cannot hold GET requests.")
                    else:
                        answer = self._single(operation, outer, known).response or self.refuse("")
                    done.members.append((operation.content_id, answer))
                    if answer.status >= 400:
                        raise _Undo
                    made = answer.headers.get("OData-EntityId") or answer.headers.get("Location")
                    if operation.content_id and made:
                        known[operation.content_id] = made
        except _Undo:
            done.members = done.members[-1:]
        return done


def failed(item: Answered) -> bool:
    """Whether the item, or any member of it, was refused."""
    answers = [item.response] if item.response else [answer for _, answer in item.members]
    return any(answer.status >= 400 for answer in answers)


def build_batch(items: list[Answered], status: int = 200) -> Response:
    """The multipart answer to a batch."""
    boundary = f"batchresponse_{uuid.uuid4()}"
    out: list[bytes] = []
    writes = 0
    for item in items:
        if item.response is not None:
            out += [b"--", boundary.encode(), b"\r\n", _part(item.content_id, item.response)]
            continue
        inner = f"changesetresponse_{uuid.uuid4()}"
        out += [
            b"--",
            boundary.encode(),
            f"\r\nContent-Type: multipart/mixed; boundary={inner}\r\n\r\n".encode(),
        ]
        for content_id, answer in item.members:
            out += [b"--", inner.encode(), b"\r\n", _part(content_id, answer)]
        out += [b"--", inner.encode(), b"--\r\n"]
    for item in items:
        answers = [item.response] if item.response else [answer for _, answer in item.members]
        writes += sum(1 if answer.writes is None else answer.writes for answer in answers)
    out += [b"--", boundary.encode(), b"--\r\n"]
    return Response(
        status, {"Content-Type": f"multipart/mixed; boundary={boundary}"}, b"".join(out), writes
    )


def _part(content_id: str | None, answer: Response) -> bytes:
    head = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id:
        head.append(f"Content-ID: {content_id}")
    lines = [*head, "", f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + answer.body + b"\r\n"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
