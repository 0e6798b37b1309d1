"""Exit codes, and the one place where exceptions turn into them and into one line of words."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING

import typer

from ..errors import AccessDenied, OppBridgeError, Retry, Stop, hidden
from .showing import plain

if TYPE_CHECKING:
    from ..engine import Report

DEBUG = "OPPBRIDGE_DEBUG"


class Code(IntEnum):
    """What `oppbridge` tells the shell."""

    OK = 0  # done
    DIFFERENT = 1  # done, with more dead letters than allowed, or with findings
    USAGE = 2  # the command line or the configuration cannot be used
    ACCESS = 3  # credentials or permissions were refused
    RETRY = 4  # a system could not be reached, or said later: try again
    WAITING = 5  # something waits for a person
    INTERNAL = 70  # a defect in OppBridge or a plugin


def guarded(command: Callable[[], int]) -> int:
    """The exit code of a command; its errors are told on stderr.

    What is expected is told in its own words. What is not keeps its traceback only with --debug.
    """
    try:
        return command()
    except KeyboardInterrupt:
        return _told("interrupted; running again is safe", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Code.OK
    except typer.TyperException as exc:
        return _misused(exc)
    except OppBridgeError as exc:
        return _told(str(exc), code_of(exc))
    except Exception as exc:
        message = f"{type(exc).__name__}: {exc} (this is a defect; --debug shows where)"
        return _told(message, Code.INTERNAL)


def _misused(error: typer.TyperException) -> int:
    """What is wrong with the command line, and where its help is."""
    message = error.format_message()
    if message.startswith("Usage: "):  # nothing was asked: the answer is the help
        sys.stderr.write(f"{message}\n")
        return error.exit_code
    place = getattr(error, "ctx", None)
    hint = f" (see `{place.command_path} --help`)" if place is not None else ""
    sys.stderr.write(f"oppbridge: {message.rstrip('.')}{hint}\n")
    return error.exit_code


def code_of(error: OppBridgeError) -> Code:
    """The exit code for an error."""
    if isinstance(error, AccessDenied):
        return Code.ACCESS
    if isinstance(error, Retry):
        return Code.RETRY
    return Code.USAGE if isinstance(error, Stop) else Code.DIFFERENT


def code_of_report(report: Report, allowed_dead: int) -> Code:
    """The exit code for a run that came to its end."""
    if report.stopped:
        return Code.ACCESS if report.denied else Code.USAGE
    if report.problems:
        return Code.RETRY
    return Code.DIFFERENT if report.total("dead") > allowed_dead else Code.OK


def _told(message: str, code: int) -> int:
    if os.environ.get(DEBUG):
        sys.stderr.write(hidden(traceback.format_exc()))
    sys.stderr.write(f"oppbridge: {plain(hidden(message))}\n")
    return code
