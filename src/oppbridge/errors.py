"""Every error OppBridge raises, grouped by what the engine does about it.

OppBridgeError
|-- Stop      end the run: someone must act
|   |-- ConfigError      the configuration cannot be used
|   |-- AccessDenied     credentials or permissions were refused
|   |-- SchemaDrift      a system no longer looks the way a map needs it
|   `-- ContractBroken   a plugin returned something the contract forbids
|-- Retry     nothing is wrong with the record: try again later
|   |-- Throttled        the system asked us to wait (carries `after` seconds)
|   |-- Unavailable      network or server trouble; nothing was done
|   |-- Unsure           a write may or may not have happened
|   `-- Stale            the record moved since we looked: observe and decide again
`-- Reject    this one record cannot go through; the rest carry on
    |-- Invalid          the data does not fit the model or the system
    |-- Gone             the row it would change is no longer there
    `-- Unlinked         it points at a record the system has not got yet
"""

from __future__ import annotations

_SHORTEST = 6  # characters; a shorter secret would hide ordinary words
_unsayable: set[str] = set()


def never_say(*secrets: str) -> None:
    """Hide these wherever an error is told, from now on and in this process."""
    _unsayable.update(secret for secret in secrets if len(secret) >= _SHORTEST)


def hidden(text: str) -> str:
    """The text with `***` in place of what is never to be said."""
    for secret in sorted(_unsayable, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, "***")
    return text


class OppBridgeError(Exception):
    """Root of the tree. What it says never holds a secret that was looked up."""

    def __str__(self) -> str:
        return hidden(super().__str__())


class Stop(OppBridgeError):
    """End the run: someone must act."""


class ConfigError(Stop):
    """The configuration cannot be used."""


class AccessDenied(Stop):
    """Credentials or permissions were refused."""


class SchemaDrift(Stop):
    """A system no longer looks the way a map needs it."""


class ContractBroken(Stop):
    """A plugin returned something the contract forbids."""


class Retry(OppBridgeError):
    """Nothing is wrong with the record: try again later."""


class Throttled(Retry):
    """The system asked us to wait `after` seconds."""

    def __init__(self, message: str, after: float = 1.0) -> None:
        super().__init__(message)
        self.after = after


class Unavailable(Retry):
    """Network or server trouble before anything was done."""


class Unsure(Retry):
    """A write may or may not have happened."""


class Stale(Retry):
    """The record moved since we looked at it."""


class Reject(OppBridgeError):
    """This one record cannot go through."""


class Invalid(Reject):
    """The data does not fit the model or the system."""


class Gone(Reject):
    """The row the write would change is no longer there."""


class Unlinked(Reject):
    """It points at a record the system has not got yet."""
