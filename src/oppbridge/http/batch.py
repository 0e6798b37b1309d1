"""OData `$batch`: several operations in one request, and their answers in the same order.

Bodies are multipart; answers are taken apart by the standard library's `email` parser, which copes
with quoted boundaries, nesting and odd line ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from uuid import uuid4

from oppbridge.errors import ContractBroken

from .answer import Answer

_BOUNDARY = re.compile(r'boundary="?([^";\s]+)')
_PLAIN = frozenset(
    {
        b"content-type: application/http\r\ncontent-transfer-encoding: binary",
        b"content-transfer-encoding: binary\r\ncontent-type: application/http",
        b"content-type: application/http",
    }
)
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})")


@dataclass(frozen=True, slots=True)
class Operation:
    """One request inside a batch; `id` (a Content-ID) lets later ones refer to it as `$id`."""

    method: str
    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Operations that are carried out together or not at all; reads are not allowed inside."""

    operations: Sequence[Operation]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answers to one operation (one answer) or to one change set.

    A change set that was carried out has one answer per operation; one that was refused has a
    single answer, the refusal, nested in a change set of its own or not. Where the service says
    which operation an answer is for, its header `content-id` does.
    """

    answers: Sequence[Answer]

    @property
    def ok(self) -> bool:
        """Whether everything was carried out."""
        return all(answer.ok for answer in self.answers)

    @property
    def refused(self) -> Answer:
        """The answer that speaks for the outcome: the first refusal, otherwise the last answer."""
        return next((answer for answer in self.answers if not answer.ok), self.answers[-1])


def build(items: Sequence[Operation | ChangeSet]) -> tuple[str, bytes]:
    """Content type and body of a batch request."""
    name = f"batch_{uuid4().hex}"
    pieces: list[bytes] = []
    for item in items:
        pieces.append(f"--{name}\r\n".encode())
        pieces.append(_change_set(item) if isinstance(item, ChangeSet) else _operation(item))
    pieces.append(f"--{name}--\r\n".encode())
    return f'multipart/mixed; boundary="{name}"', b"".join(pieces)


def parse(answer: Answer) -> list[Outcome]:
    """One outcome for each item of the batch that was answered, in order.

    There are fewer outcomes than items when the service stopped at a failure or the body was cut
    off. Raises ContractBroken when the answer is not multipart: then nothing was carried out.
    Raises it too for a part without any answer, which would shift the outcomes after it.
    """
    kind = answer.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/"):
        raise ContractBroken(f"a batch was answered with {kind or 'no content type'!r}")
    plain = _plain_answers(kind, answer.body)
    if plain is not None:
        return plain
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1")
    whole = BytesParser(policy=compat32).parsebytes(head + answer.body)
    found = [Outcome(_answers(part)) for part in _parts(whole)]
    if not all(outcome.answers for outcome in found):
        raise ContractBroken("a part of a batch answer holds no answer")
    return found


def _plain_answers(kind: str, body: bytes) -> list[Outcome] | None:
    """The outcomes of a batch whose every part is one whole answer; None for any other.

    The parser of e-mail takes 250 microseconds a part, which was an eighth of a delta run.
    """
    named = _BOUNDARY.search(kind)
    pieces = (b"\r\n" + body).split(f"\r\n--{named[1]}".encode()) if named else []
    if len(pieces) < 3 or pieces[0].strip() or not pieces[-1].startswith(b"--"):
        return None
    out: list[Outcome] = []
    for piece in pieces[1:-1]:
        head, _, payload = piece.partition(b"\r\n\r\n")
        if head.strip().lower() not in _PLAIN or not payload.startswith(b"HTTP/"):
            return None
        out.append(Outcome([_answer(payload, "")]))
    return out


def _change_set(item: ChangeSet) -> bytes:
    name = f"changeset_{uuid4().hex}"
    pieces = [f'Content-Type: multipart/mixed; boundary="{name}"\r\n\r\n'.encode()]
    for place, operation in enumerate(item.operations, start=1):
        pieces.append(f"--{name}\r\n".encode())
        pieces.append(_operation(operation, operation.id or str(place)))
    pieces.append(f"--{name}--\r\n".encode())
    return b"".join(pieces)


def _operation(operation: Operation, content_id: str | None = None) -> bytes:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id is not None:
        lines.append(f"Content-ID: {content_id}")
    lines += ["", f"{operation.method} {operation.url} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in operation.headers.items()]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line of a batch operation holds a line end")
    head = "\r\n".join(lines).encode()
    return head + b"\r\n\r\n" + (operation.body or b"") + b"\r\n"


def _answers(part: Message) -> list[Answer]:
    if part.is_multipart():
        return [answer for inner in _parts(part) for answer in _answers(inner)]
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return []
    return [_answer(payload, str(part.get("Content-ID", "")).strip())]


def _parts(whole: Message) -> list[Message]:
    parts = whole.get_payload()
    found = [part for part in parts if isinstance(part, Message)] if isinstance(parts, list) else []
    cut_off = any(
        type(defect).__name__ == "CloseBoundaryNotFoundDefect" for defect in whole.defects
    )
    return found[:-1] if cut_off else found


def _answer(payload: bytes, content_id: str) -> Answer:
    first, _, rest = payload.lstrip().partition(b"\n")
    status = _STATUS.match(first)
    if status is None:
        raise ContractBroken(f"a part of a batch answer begins with {first[:40]!r}")
    head, _, body = _split(rest)
    lines = (line.partition(b":") for line in head.splitlines())
    headers = {
        name.strip().lower().decode("latin-1"): value.strip().decode("latin-1")
        for name, _, value in lines
    }
    if content_id:
        headers["content-id"] = content_id
    return Answer(int(status[1]), headers, body.strip())


def _split(rest: bytes) -> tuple[bytes, bytes, bytes]:
    if rest[:1] in (b"\r", b"\n"):
        return b"", b"", rest
    return rest.partition(b"\r\n\r\n") if b"\r\n\r\n" in rest else rest.partition(b"\n\n")
