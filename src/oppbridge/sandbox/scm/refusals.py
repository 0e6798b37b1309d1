"""What the service says when it refuses.

One error shape, messages in the language of the calling user.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

from ..odata.options import BadQuery
from ..wire import JSON, Response

NAMESPACE = "Microsoft.Dynamics.DataEntities"

# Wording varies by release and language; the structure around it does not.
MESSAGES = {
    "en-us": {
        "mandatory": "Field '{field}' must be filled in.",
        "related": (
            "The value '{value}' in field '{field}' is not found in the related table '{table}'."
        ),
        "long": "The value in field '{field}' is longer than {length} characters.",
        "read_only": "Field '{field}' does not allow editing.",
        "site": "Inventory dimension Site is mandatory and must consequently be specified.",
        "warehouse": (
            "Inventory dimension Warehouse is mandatory and must consequently be specified."
        ),
        "dimension": (
            "Product dimension {name} is mandatory for item {item} and must "
            "consequently be specified."
        ),
        "no_variant": "The product variant {name} of item {item} does not exist.",
        "blocked_item": "Item '{item}' is blocked for 'Sales order'.",
        "hold": "Customer {account} is on hold for {status}.",
        "conversion": "The unit conversion from {unit} to {to} does not exist for item {item}.",
        "decimals": "Quantity {quantity} has more decimals than unit {unit} allows.",
        "exists": "Cannot create a record in {label} ({table}). {key}. The record already exists.",
        "manual": (
            "Number sequence {sequence} is set to automatic: the number {number} "
            "cannot be entered manually."
        ),
        "number": "Number sequence {sequence} is set to manual: a number must be entered.",
        "dependent": "{label} {key} cannot be deleted while dependent {others} exist.",
        "posted": "{label} {key} cannot be changed because its status is {status}.",
        "prompt": (
            "Do you want to create an opportunity for the quotation? The prompt cannot "
            "be answered here."
        ),
        "conflict": (
            "Cannot edit a record in {label} ({table}). An update conflict occurred due to "
            "another user process "
            "deleting the record or changing one or more fields in the record."
        ),
        "release": "Product {product} is not a product that can be released.",
        "company": "The company {company} does not exist or cannot be accessed.",
        "country": (
            "The value '{value}' in field '{field}' is not found in the related table "
            "'Country/region'."
        ),
        "cancelled": "Update has been canceled.",
    },
    "de": {
        "mandatory": "Das Feld '{field}' muss ausgefüllt werden.",
        "related": (
            "Der Wert '{value}' im Feld '{field}' wurde in der zugehörigen Tabelle "
            "'{table}' nicht gefunden."
        ),
        "long": "Der Wert im Feld '{field}' ist länger als {length} Zeichen.",
        "read_only": "Das Feld '{field}' darf nicht bearbeitet werden.",
        "site": (
            "Die Lagerungsdimension Standort ist obligatorisch und muss daher angegeben werden."
        ),
        "warehouse": (
            "Die Lagerungsdimension Lagerort ist obligatorisch und muss daher angegeben werden."
        ),
        "blocked_item": "Artikel '{item}' ist für 'Auftrag' gesperrt.",
        "hold": "Debitor {account} ist gesperrt für {status}.",
        "exists": (
            "Datensatz in {label} ({table}) kann nicht erstellt werden. {key}. Der "
            "Datensatz ist bereits vorhanden."
        ),
        "cancelled": "Die Aktualisierung wurde abgebrochen.",
    },
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the infolog, by its message name, and what goes into it."""

    message: str
    values: dict[str, Any]
    level: str = "Error"

    def text(self, language: str) -> str:
        """The line in the given language, English where it has no translation."""
        catalogue = MESSAGES.get(language.lower(), {})
        template = catalogue.get(self.message) or MESSAGES["en-us"][self.message]
        return f"{self.level}: {template.format(**self.values)}"


class Refused(Exception):
    """The business logic said no: infolog lines in order."""

    def __init__(self, *lines: Told) -> None:
        super().__init__(", ".join(line.message for line in lines))
        self.lines = lines


class Malformed(Exception):
    """The OData layer said no before any business logic; the message is the library's own."""


class Missing(Exception):
    """There is nothing at this address."""


class Moved(Exception):
    """The row is no longer the one the caller saw."""


def told(message: str, /, level: str = "Error", **values: Any) -> Refused:
    """A refusal of one line."""
    return Refused(Told(message, values, level))


def infolog(refused: Refused, entity_type: str, language: str) -> dict[str, Any]:
    """The error body of a refused write."""
    lines = [line.text(language) for line in refused.lines]
    lines.append(Told("cancelled", {}).text(language))
    text = f"Write failed for table row of type '{entity_type}Entity'. Infolog: {'; '.join(lines)}."
    return error_body("An error has occurred.", text, "System.InvalidOperationException")


def error_body(message: str, inner: str = "", kind: str = "") -> dict[str, Any]:
    """The service's error shape; `inner` is where the cause is told."""
    error: dict[str, Any] = {"code": "", "message": message}
    if inner:
        stack = "   at Microsoft.Dynamics.Platform.Integration.Services.OData"
        error["innererror"] = {"message": inner, "type": kind, "stacktrace": stack}
    return {"error": error}


def answer_error(
    status: int, body: dict[str, Any], headers: dict[str, str] | None = None
) -> Response:
    """An error as a response."""
    return Response(
        status,
        {"Content-Type": JSON, "OData-Version": "4.0", **(headers or {})},
        orjson.dumps(body),
    )


REFUSALS = (BadQuery, Malformed, Refused, Missing, Moved)


def refusal_answer(problem: Exception, entity_type: str, language: str) -> Response:
    """The response to a request that was refused with one of `REFUSALS`."""
    match problem:
        case Refused():
            return answer_error(400, infolog(problem, entity_type, language))
        case Missing():
            text = "No HTTP resource was found that matches the request URI."
            return answer_error(404, error_body(text))
        case Moved():
            text = "The etag value in one of the request headers does not match."
            return answer_error(412, error_body(text))
        case BadQuery():
            text = "The query specified in the URI is not valid."
            return answer_error(400, error_body(text, str(problem)))
    kind = "Microsoft.OData.ODataException"
    return answer_error(400, error_body("An error has occurred.", str(problem), kind))


def label(name: str) -> str:
    """A column or set name as its label reads: `CustomerGroupId` becomes `Customer group id`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).split()
    return " ".join([words[0], *(word if word.isupper() else word.lower() for word in words[1:])])
