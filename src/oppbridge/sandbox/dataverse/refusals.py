"""What the service answers when it refuses: status, message, and the documented codes."""

from __future__ import annotations

from collections.abc import Mapping

from ..wire import Response, answer_json

GENERIC = "0x80040216"
NOT_FOUND = "0x80040217"
NOT_IMPLEMENTED = "0x80040219"
ASSOCIATED = "0x80040227"
READ_ONLY = "0x8004022e"
INVALID_STATE = "0x80040233"
DUPLICATE = "0x80040237"
BAD_DATE = "0x80040239"
DUPLICATES_FOUND = "0x80040333"
BAD_ARGUMENT = "0x80040203"
MISSING = "0x80040200"
BAD_CHOICE = "0x8004431a"
BAD_INTEGER = "0x8004432f"
BAD_DECIMAL = "0x80044330"
TOO_LONG = "0x80044331"
EXPIRED = "0x80044352"
BAD_STATUS = "0x80048408"
BAD_PAYLOAD = "0x80048d19"
STALE = "0x80060882"
BAD_QUERY = "0x80060888"
NO_RESOURCE = "0x8006088a"
KEY_NOT_FOUND = "0x80060891"
KEY_VIOLATED = "0x80060892"
NOT_TRACKED = "0x80072491"
NO_IMPERSONATION = "0x8004a110"
NOT_A_MEMBER = "0x80072560"

_COMBINED = (
    "Combined execution time of incoming requests exceeded limit of {milliseconds} milliseconds "
    "over time window of {window} seconds. Decrease number of concurrent requests or reduce the "
    "duration of requests and try again later."
)
THROTTLED = {
    "requests": (
        "0x80072322",
        "Number of requests exceeded the limit of {requests} over time window of {window} seconds.",
    ),
    "execution": (
        "0x80072321",
        _COMBINED,
    ),
    "concurrency": (
        "0x80072326",
        "Number of concurrent requests exceeded the limit of {concurrent}.",
    ),
}


class Refused(Exception):
    """The request cannot be carried out; becomes the error answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def no_such_row(logical: str, row_id: str, status: int = 404) -> Refused:
    """The row is not there."""
    return Refused(status, NOT_FOUND, f"{logical} With Id = {row_id} Does Not Exist")


def no_such_set(name: str) -> Refused:
    """The URL names nothing."""
    return Refused(404, NO_RESOURCE, f"Resource not found for the segment '{name}'.")


def bad_query(message: str) -> Refused:
    """The query options cannot be carried out."""
    return Refused(400, BAD_QUERY, message)


def no_such_property(name: str, logical: str) -> Refused:
    """A query names a column that is not there."""
    return bad_query(
        f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{logical}'."
    )


def bad_payload(entity_set: str, inner: str) -> Refused:
    """The body does not fit the table."""
    text = (
        f"Error identified in Payload provided by the user for Entity :'{entity_set}', For more "
        "information on this error please follow "
        "this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException "
        f": Microsoft.OData.ODataException: {inner}"
    )
    return Refused(400, BAD_PAYLOAD, text)


def error_response(
    status: int,
    code: str,
    message: str,
    *,
    annotated: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The error envelope; details only for those who asked for annotations."""
    error: dict[str, str] = {"code": code, "message": message}
    if annotated:
        prefix = "@Microsoft.PowerApps.CDS"
        error[f"{prefix}.ErrorDetails.OperationStatus"] = "1"
        error[f"{prefix}.ErrorDetails.SubErrorCode"] = "0"
        error[f"{prefix}.HelpLink"] = (
            f"http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a{code}"
        )
        error[f"{prefix}.TraceText"] = ""
        error[f"{prefix}.InnerError.Message"] = message
    return answer_json(status, {"error": error}, headers)
