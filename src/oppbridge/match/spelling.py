"""One spelling for what people spell in many ways: names, e-mails, domains, phone numbers."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from ..records.scalars import Scalar
from ..records.values import Values, model
from .rules import DOMAIN

Kind = Literal["company", "email", "domain", "phone", "code", "text", "value"]

_BY_NAME: dict[str, Kind] = {
    DOMAIN: "domain",
    "email": "email",
    "mobile": "phone",
    "number": "code",
    "phone": "phone",
    "postal_code": "code",
    "website": "domain",
}
_LEGAL_FORMS = """
    ab ag as asa aps bhd bv bvba co company corp corporation cv doo ek ev gbr gesmbh gmbh inc
    incorporated kft kg kgaa kk lda limited llc llp lp ltd ltda mbh nv ohg oy oyj plc pt pte pty
    pvt sa sas sarl sdn se sl spa sprl srl sro ug ulc zoo
"""
_LEGAL = frozenset(_LEGAL_FORMS.split())
_SAME_FORM = {
    "company": "co",
    "corporation": "corp",
    "gesmbh": "gmbh",
    "incorporated": "inc",
    "limited": "ltd",
    "mbh": "gmbh",
}
_LEADING = frozenset({"pt", "sarl", "sas", "sprl"})
_FILLING = frozenset({"and", "und", "et", "y", "e", "the", "der", "die", "das", "la", "le"})
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "&": " and "}
)
_ABBREVIATION = re.compile(r"\b(?:\w\.\s?){2,}")
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_WORDS = re.compile(r"\w+")
_PUBLIC_HOSTS = """
    aol.com gmail.com gmx.de gmx.net googlemail.com hotmail.com icloud.com live.com mail.ru me.com
    msn.com outlook.com proton.me protonmail.com qq.com t-online.de web.de yahoo.com yahoo.de
    yandex.ru ymail.com
"""
_PUBLIC_MAIL = frozenset(_PUBLIC_HOSTS.split())


@lru_cache(maxsize=512)
def kind_of(entity: str, field: str) -> Kind:
    """What sort of spelling a field has. Values that are no text are equal or they are not."""
    if field == "name" and entity == "account":
        return "company"
    if field in _BY_NAME:
        return _BY_NAME[field]
    if field.startswith("custom."):
        return "text"
    told = str(model(entity).__annotations__.get(field, ""))
    return "text" if told.partition(" | ")[0] == "Text" else "value"


def value_of(field: str, values: Values) -> Scalar:
    """What a record has in a field to match by."""
    if field == DOMAIN:
        return values.get("website") or values.get("email")
    return values.get(field)


def key_of(entity: str, field: str, values: Values) -> str | None:
    """The one spelling under which equal natural keys are found; None for what identifies nobody.

    Legal forms stay: two companies of one group are two companies.
    """
    value = value_of(field, values)
    if value is None:
        return None
    kind = kind_of(entity, field)
    if kind in ("company", "text"):
        return " ".join(plain(str(value)).split()) or None
    return normal(kind, str(value))


def normal(kind: Kind, text: str) -> str | None:
    """A text in the one spelling of its kind; None where nothing of it is left."""
    if kind == "company":
        return company(text)
    if kind == "text":
        return " ".join(words(text)) or None
    if kind == "email":
        return email(text)
    if kind == "domain":
        return domain(text)
    if kind == "phone":
        return phone(text)
    return text.strip().casefold() or None


def plain(text: str) -> str:
    """Small letters without accents."""
    if text.isascii():
        return text.lower().replace("&", " and ")
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """The words of a text; dotted abbreviations are one, `ue` is `ü` and so `u`."""
    told = _ABBREVIATION.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", plain(text))
    for umlaut, letter in _UMLAUTS:
        told = told.replace(umlaut, letter)
    return _WORDS.findall(told)


def company(text: str) -> str | None:
    """A company's name without its legal form; the whole name where nothing else is left."""
    core = [word for word in words(text) if word not in _FILLING]
    while len(core) > 1 and core[0] in _LEADING:
        core = core[1:]
    told = [word for place, word in enumerate(core) if not place or word not in _LEGAL]
    return " ".join(told) or None


def legal_form(text: str) -> frozenset[str]:
    """A company's legal form, each word in one spelling; empty where its name does not say."""
    found = words(text)
    told = {_SAME_FORM.get(w, w) for i, w in enumerate(found) if w in (_LEGAL if i else _LEADING)}
    return frozenset(told - {"co"} or told)


def email(text: str) -> str | None:
    """An address; None for what is none."""
    address = text.strip().casefold().removeprefix("mailto:")
    name, at, host = address.rpartition("@")
    return address if at and name and "." in host else None


def domain(text: str) -> str | None:
    """The host of a web or mail address, without `www`; None for mail hosts that anyone may use."""
    address = text.strip().casefold()
    if "@" in address:
        host = address.rpartition("@")[2]
    else:
        try:
            host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
        except ValueError:
            return None
    host = host.strip(".").removeprefix("www.")
    return host if "." in host and host not in _PUBLIC_MAIL else None


def phone(text: str) -> str | None:
    """The last nine digits: country codes and trunk zeros are written in many ways."""
    digits = "".join(letter for letter in text if letter.isdecimal())
    return digits[-9:] if len(digits) >= 6 else None
