"""What happens in the company, as plain values: everything follows from seed and size."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal

from . import words
from .size import Size

_SPACE = uuid.UUID("0b5e55a4-9e4e-4000-8000-000000000000")
LEADING_BLANK = " RFI-TEST-002"


@dataclass(frozen=True, slots=True)
class Account:
    """A customer, or a prospect that only Sales knows (`company` empty)."""

    number: str
    name: str
    company: str
    currency: str
    country: str
    place: tuple[str, str, str, str]  # city, region, postal code, street with number
    group: str
    on_hold: str
    employees: int

    @property
    def slug(self) -> str:
        """Something for addresses on the internet."""
        return "".join(char for char in self.name.lower() if char.isascii() and char.isalnum())


@dataclass(frozen=True, slots=True)
class Person:
    """A contact of an account."""

    number: str
    account: Account
    first: str
    last: str
    job: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Product:
    """Something that is sold, in one unit, at one price in each currency."""

    number: str
    name: str
    kind: str  # Item or Service
    unit: str
    price: Decimal  # USD
    group: str

    def price_in(self, currency: str) -> Decimal:
        """The price in dollars, or at a fixed rate in euros."""
        rate = Decimal("0.92") if currency == "EUR" else Decimal(1)
        return (self.price * rate).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Sold:
    """One line of a deal."""

    product: Product
    quantity: int
    discount: Decimal  # of the whole line


@dataclass(frozen=True, slots=True)
class Talk:
    """An activity: so many days before today, done or still to do."""

    kind: str  # task, phonecall, appointment
    subject: str
    days_ago: int
    done: bool


@dataclass(frozen=True, slots=True)
class Deal:
    """An opportunity from its first day on. `outcome` is open, won or lost."""

    id: str
    name: str
    account: Account
    days_ago: int
    duration: int  # days until it closed, or will close
    stage: int
    outcome: str
    rating: int
    probability: int
    lines: tuple[Sold, ...]
    talks: tuple[Talk, ...]
    competitors: tuple[str, ...]
    roles: tuple[tuple[int, str], ...]  # which contact of the account, in which role
    quote: str = ""  # draft, active, won, lost, or none


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order in Supply Chain, and how far it got: open, confirmed, delivered or invoiced."""

    account: Account
    reference: str
    lines: tuple[Sold, ...]
    progress: str


@dataclass(frozen=True, slots=True)
class Story:
    """The whole company."""

    accounts: tuple[Account, ...]
    people: tuple[Person, ...]
    products: tuple[Product, ...]
    competitors: tuple[str, ...]
    deals: tuple[Deal, ...]
    purchases: tuple[Purchase, ...]

    def people_of(self, account: Account) -> list[Person]:
        """The contacts of an account, in order."""
        return [person for person in self.people if person.account == account]


def tell(seed: int, size: Size) -> Story:
    """The story of a seed. Each part draws from its own generator: one size never moves another."""
    accounts = tuple(_account(_dice(seed, "account", at), at, size) for at in range(size.accounts))
    people = tuple(
        _person(_dice(seed, "person", f"{at} {which}"), account, which)
        for at, account in enumerate(accounts)
        for which in range(size.contacts)
    )
    products = tuple(_product(_dice(seed, "product", at), at) for at in range(size.products))
    rivals = words.COMPETITORS[: size.competitors]
    world = (accounts, products, rivals)
    deals = tuple(
        _deal(_dice(seed, "deal", at), at, world, size) for at in range(size.opportunities)
    )
    deals = _quoted(deals, size.quotes)
    buyers = [one for one in accounts if one.company and one.on_hold == "No"]
    purchases = tuple(
        _purchase(_dice(seed, "order", at), at, buyers[at % len(buyers)], products)
        for at in range(size.orders if buyers else 0)
    )
    return Story(accounts, people, products, rivals, deals, purchases)


def id_of(seed: int, *words_: object) -> str:
    """The id of a generated row: always the same for the same words."""
    return str(uuid.uuid5(_SPACE, " ".join(map(str, (seed, *words_)))))


def _dice(seed: int, *words_: object) -> random.Random:
    return random.Random(" ".join(map(str, (seed, *words_))))


def _account(dice: random.Random, at: int, size: Size) -> Account:
    prospect = at >= size.accounts - size.prospects
    german = dice.random() < 0.35
    names = words.GERMAN if german else words.AMERICAN
    company = "" if prospect else "demf" if german else "usmf"
    country = "DE" if german else "US"
    city, region, code, street = dice.choice(words.PLACES[country])
    number = dice.randrange(1, 200)
    line = f"{street} {number}" if german else f"{number} {street}"
    base = names[at % len(names)]
    return Account(
        number=f"{'P' if prospect else 'DE' if german else 'US'}-{at + 1:03d}",
        name=base if at < len(names) else f"{base} {city}",
        company=company,
        currency="EUR" if german else "USD",
        country=country,
        place=(city, region, code, line),
        group=dice.choice(("10", "20", "30")),
        on_hold="All" if at % 17 == 9 else "Invoice" if at % 17 == 5 else "No",
        employees=dice.choice((12, 45, 120, 380, 1500)),
    )


def _person(dice: random.Random, account: Account, which: int) -> Person:
    first, last = dice.choice(words.FIRST), dice.choice(words.LAST)
    user = "".join(char for char in f"{first}.{last}".lower() if char.isascii())
    return Person(
        number=f"C{account.number}-{which + 1}",
        account=account,
        first=first,
        last=last,
        job=dice.choice(words.JOBS),
        email=f"{user}@{account.slug or 'example'}.example",
        phone=f"+{49 if account.country == 'DE' else 1} 555 {dice.randrange(1000, 9999)}",
    )


def _product(dice: random.Random, at: int) -> Product:
    service = at % 7 == 6
    thing = words.SERVICES[at % len(words.SERVICES)] if service else dice.choice(words.THINGS)
    name = thing if service else f"{thing} {words.MODELS[at % len(words.MODELS)]}"
    return Product(
        number=LEADING_BLANK if at == 1 else f"{'S' if service else 'T'}{1000 + at}",
        name=name,
        kind="Service" if service else "Item",
        unit="ea",
        price=Decimal(dice.randrange(500, 90000)) / 100,
        group="Services" if service else "Tools",
    )


def _deal(
    dice: random.Random,
    at: int,
    world: tuple[tuple[Account, ...], tuple[Product, ...], tuple[str, ...]],
    size: Size,
) -> Deal:
    accounts, products, rivals = world
    duration = dice.randrange(20, 160)
    closed = dice.random() < 0.6
    days_ago = duration + dice.randrange(1, 350) if closed else dice.randrange(2, duration)
    rivals_here = tuple(dice.sample(rivals, k=min(len(rivals), dice.choice((0, 0, 1, 1, 2)))))
    chance = 0.74 - 0.16 * len(rivals_here)
    outcome = ("won" if dice.random() < chance else "lost") if closed else "open"
    stage = min(3, 4 * days_ago // duration)
    if closed:  # many deals are lost before they come to a close
        stage = 3 if outcome == "won" else dice.choice((0, 1, 1, 2, 2, 3))
    account = accounts[at % len(accounts)] if at < len(accounts) else dice.choice(accounts)
    return Deal(
        id=f"{at}",
        name=f"{dice.choice(words.DEALS)} {2024 + at % 3} · {account.name}",
        account=account,
        days_ago=days_ago,
        duration=duration,
        stage=stage,
        outcome=outcome,
        rating=dice.choice((1, 2, 2, 3)),
        probability=(15, 35, 60, 85)[stage],
        lines=tuple(_sold(dice, products) for _ in range(dice.choice((1, 1, 2, 3, 4)))),
        talks=tuple(_talk(dice, days_ago, duration) for _ in range(dice.randrange(1, 6))),
        competitors=rivals_here,
        roles=tuple((n, dice.choice(words.ROLES)) for n in range(min(size.contacts, 2))),
        quote=_quote(dice, outcome),
    )


def _quoted(deals: tuple[Deal, ...], count: int) -> tuple[Deal, ...]:
    """The first `count` deals keep their quote, those left out that nobody may sell to."""
    may = [deal.id for deal in deals if deal.account.on_hold != "All"][:count]
    return tuple(deal if deal.id in may else replace(deal, quote="") for deal in deals)


def _purchase(
    dice: random.Random, at: int, account: Account, products: tuple[Product, ...]
) -> Purchase:
    lines = tuple(_sold(dice, products) for _ in range(dice.choice((1, 2, 3))))
    progress = ("open", "confirmed", "delivered", "invoiced")[at % 4]
    return Purchase(account, f"PO-{7000 + at}", lines, progress)


def _sold(dice: random.Random, products: tuple[Product, ...]) -> Sold:
    product, quantity = dice.choice(products), dice.choice((1, 2, 3, 5, 8, 12, 25))
    share = dice.choice((0, 0, 0, 5, 10))
    discount = (product.price * quantity * share / 100).quantize(Decimal("0.01"))
    return Sold(product, quantity, discount)


def _talk(dice: random.Random, days_ago: int, duration: int) -> Talk:
    ago = days_ago - dice.randrange(0, max(1, min(duration, days_ago) + 10))
    kind = dice.choice(("task", "phonecall", "appointment"))
    return Talk(kind, dice.choice(words.TALKS), ago, done=ago > 0)


def _quote(dice: random.Random, outcome: str) -> str:
    if outcome == "open":
        return dice.choice(("draft", "active", "active"))
    return "won" if outcome == "won" else "lost"
