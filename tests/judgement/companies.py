"""Companies of two systems with planted misspellings, and which of them are the same: the labels."""

from __future__ import annotations

import random

FIRST = """
    Adler Alster Anker Arndt Baltic Bergmann Birke Blaupunkt Brenner Castor Delphin Dachstein Eiche
    Elbtal Falken Fjord Förde Gärtner Granit Hafen Hansa Heide Isar Jäger Juwel Kaiser Kiefer Köhler
    Lärche Lindner Löwen Lübecker Mühlen Möller Neptun Nordlicht Orion Ostsee Pegasus Phönix Quarz
    Rabe Rhön Saturn Schäfer Schlüter Seestern Südwind Taunus Tulpen Ulmen Vogel Wacker Weiß Zander
"""
TRADE = """
    Anlagenbau Backwaren Bauteile Brauerei Drucklufttechnik Elektronik Energie Fahrzeugbau Feinkost
    Gartenbau Getränke Gießerei Glaswerk Handel Holzbau Kälteanlagen Logistik Maschinenbau Medien
    Möbel Optik Papier Pharma Reederei Sanitär Software Spedition Textil Umwelttechnik Verlag
"""
TOWNS = """
    Aachen Augsburg Bielefeld Bremen Chemnitz Dortmund Düsseldorf Erfurt Flensburg Göttingen Hannover
    Jena Karlsruhe Kiel Köln Leipzig Lübeck Mannheim München Nürnberg Oldenburg Potsdam Rostock
    Saarbrücken Stuttgart Trier Ulm Weimar Würzburg Zwickau
"""
FORMS = ("GmbH", "AG", "KG", "GmbH & Co. KG", "Ltd", "SE")
SPELLED = {
    "GmbH": ("G.m.b.H.", "gmbh", "GMBH"),
    "AG": ("ag", "A.G."),
    "KG": ("kg", "K.G."),
    "GmbH & Co. KG": ("GmbH und Co KG", "GmbH & Co.KG"),
    "Ltd": ("Limited", "LTD.", "Ltd."),
    "SE": ("S.E.", "se"),
}
UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
BARE = {"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "Ä": "A", "Ö": "O", "Ü": "U"}

Row = dict[str, str]


def companies(seed: int, same: int, only: int) -> tuple[list[Row], list[Row], dict[int, int]]:
    """Rows of one system, rows of the other, and by place in the first the place of its twin.

    `same` companies are in both, `only` more in each. Many are alike and not the same: sisters in
    the same trade or town, branches with numbers, the same name in another town.
    """
    dice = random.Random(seed)
    told = [_company(dice, *names) for names in _names(dice, same + 2 * only)]
    ours, theirs = told[: same + only], told[:same] + told[same + only :]
    places = list(range(len(theirs)))
    dice.shuffle(places)
    other: list[Row] = [{} for _ in theirs]
    for place, row in zip(places, theirs, strict=True):
        other[place] = row
    for number in range(same):
        other[places[number]] = _respelled(dice, theirs[number])
    return ours, other, {number: places[number] for number in range(same)}


def _names(dice: random.Random, count: int) -> list[tuple[str, str]]:
    every = [(first, trade) for first in FIRST.split() for trade in TRADE.split()]
    dice.shuffle(every)
    return every[:count]


def _company(dice: random.Random, first: str, trade: str) -> Row:
    name = f"{first} {trade}"
    if dice.random() < 0.1:
        name += f" {dice.randrange(2, 40)}"
    return {"name": f"{name} {dice.choice(FORMS)}", "city": dice.choice(TOWNS.split())}


def _respelled(dice: random.Random, row: Row) -> Row:
    """The same company as somebody else typed it."""
    form = next(form for form in sorted(FORMS, key=len, reverse=True) if row["name"].endswith(form))
    name, city = row["name"].removesuffix(form).strip(), row["city"]
    what = dice.random()
    if what < 0.25:
        name = _mistyped(dice, name)
    elif what < 0.35:
        name = name.replace(" ", "", 1)
    elif what < 0.45:
        name = name.upper()
    if dice.random() < 0.5:
        letters = dice.choice((UMLAUTS, BARE))
        name = "".join(letters.get(letter, letter) for letter in name)
        city = "".join(letters.get(letter, letter) for letter in city)
    if dice.random() < 0.1:
        city = _mistyped(dice, city)
    told = dice.choice((f" {form}", f" {dice.choice(SPELLED[form])}", ""))
    found = {"name": f"{name}{told}"}
    return found if dice.random() < 0.1 else {**found, "city": city}


def _mistyped(dice: random.Random, text: str) -> str:
    """One slip in a word: a letter left out, doubled, swapped with the next, or another one."""
    places = [i for i in range(1, len(text) - 1) if text[i - 1 : i + 2].isalpha()]
    at = dice.choice(places)
    kind = dice.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + dice.choice("aeinrst") + text[at + 1 :]
