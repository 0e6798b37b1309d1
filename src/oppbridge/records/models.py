"""The canonical records: account, contact, product, opportunity, quote, order.

Every field may be empty: what a system must have to create a row is said by its map, and what a
business must have by its gates. Money holds its currency; see `scalars`.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from .fields import (
    AccountId,
    ContactId,
    Day,
    DecimalText,
    Instant,
    MoneyText,
    OpportunityId,
    Part,
    Percent,
    PersonalText,
    ProductId,
    QuoteId,
    Record,
    Text,
)


class AccountStatus(StrEnum):
    """Whether an account or contact is in use."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class ProductStatus(StrEnum):
    """Where a product stands in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class OpportunityStatus(StrEnum):
    """How a deal stands."""

    OPEN = "open"
    ON_HOLD = "on_hold"
    WON = "won"
    LOST = "lost"
    CANCELED = "canceled"


class QuoteStatus(StrEnum):
    """How an offer stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    WON = "won"
    LOST = "lost"
    CANCELED = "canceled"
    REVISED = "revised"


class OrderStatus(StrEnum):
    """How far an order has come."""

    NEW = "new"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    SHIPPED = "shipped"
    INVOICED = "invoiced"
    CANCELED = "canceled"


class Account(Record):
    """A company or person that buys."""

    number: Text | None = None
    company: Text | None = None  # the legal entity that keeps it, as in `usmf`
    name: Text | None = None
    kind: Text | None = None  # organization, person
    status: AccountStatus | None = None
    group: Text | None = None
    currency: Text | None = None
    parent: AccountId | None = None
    primary_contact: ContactId | None = None
    email: PersonalText | None = None
    phone: PersonalText | None = None
    website: Text | None = None
    industry: Text | None = None
    employees: int | None = None
    revenue: MoneyText | None = None
    credit_limit: MoneyText | None = None
    on_hold: Text | None = None  # none, invoice, all
    payment_terms: Text | None = None
    street: PersonalText | None = None
    city: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    description: Text | None = None


class Contact(Record):
    """A person at an account."""

    number: Text | None = None
    company: Text | None = None
    first_name: PersonalText | None = None
    last_name: PersonalText | None = None
    job_title: PersonalText | None = None
    account: AccountId | None = None
    status: AccountStatus | None = None
    email: PersonalText | None = None
    phone: PersonalText | None = None
    mobile: PersonalText | None = None
    street: PersonalText | None = None
    city: PersonalText | None = None
    region: Text | None = None
    postal_code: PersonalText | None = None
    country: Text | None = None
    description: PersonalText | None = None


class Product(Record):
    """Something that can stand on a line, with its unit and list price."""

    number: Text | None = None
    company: Text | None = None
    name: Text | None = None
    description: Text | None = None
    kind: Text | None = None  # item, service
    status: ProductStatus | None = None
    family: Text | None = None
    unit: Text | None = None
    decimals: int | None = None  # decimal places a quantity may have
    list_price: MoneyText | None = None
    price_quantity: DecimalText | None = None
    cost: MoneyText | None = None
    stopped: bool | None = None


class Line(Part):
    """One product on a document. Discounts are per line; prices are per unit."""

    number: int | None = None
    product: ProductId | None = None
    text: Text | None = None  # a write-in line has a text and no product
    quantity: DecimalText | None = None
    unit: Text | None = None
    price: MoneyText | None = None
    discount: MoneyText | None = None
    discount_percent: Percent | None = None
    tax: MoneyText | None = None
    amount: MoneyText | None = None  # derived: price * quantity - discount
    delivery: Day | None = None
    site: Text | None = None
    warehouse: Text | None = None
    available: DecimalText | None = None  # what can be promised now
    available_on: Day | None = None


class Competitor(Part):
    """A rival for an opportunity."""

    name: Text | None = None
    account: AccountId | None = None


class Stakeholder(Part):
    """A person with a say in an opportunity."""

    contact: ContactId | None = None
    account: AccountId | None = None
    role: Text | None = None


class Opportunity(Record):
    """A deal being pursued."""

    number: Text | None = None
    name: Text | None = None
    account: AccountId | None = None
    contact: ContactId | None = None
    status: OpportunityStatus | None = None
    stage: Text | None = None  # qualify, develop, propose, close
    amount: MoneyText | None = None
    actual_amount: MoneyText | None = None
    budget: MoneyText | None = None
    currency: Text | None = None
    closes: Day | None = None
    closed: Day | None = None
    probability: int | None = None  # the seller's own, 0 to 100
    rating: Text | None = None  # hot, warm, cold
    source: Text | None = None
    owner: Text | None = None
    reason: Text | None = None  # why it was won or lost
    budget_status: Text | None = None
    timeframe: Text | None = None
    purchase_process: Text | None = None
    need: Text | None = None
    decision_maker: bool | None = None
    forecast: Text | None = None
    next_step: Day | None = None
    activities: int | None = None  # in the last 30 days
    last_activity: Instant | None = None
    description: Text | None = None
    created: Instant | None = None
    score: int | None = None
    grade: Text | None = None
    trend: Text | None = None
    reasons: Text | None = None  # compact JSON
    scored_at: Instant | None = None
    lines: dict[str, Line] = Field(default_factory=dict)
    competitors: dict[str, Competitor] = Field(default_factory=dict)
    stakeholders: dict[str, Stakeholder] = Field(default_factory=dict)


class Quote(Record):
    """An offer with prices."""

    number: Text | None = None
    company: Text | None = None
    revision: int | None = None
    name: Text | None = None
    account: AccountId | None = None
    contact: ContactId | None = None
    opportunity: OpportunityId | None = None
    status: QuoteStatus | None = None
    currency: Text | None = None
    discount: MoneyText | None = None  # of the header
    discount_percent: Percent | None = None
    freight: MoneyText | None = None
    tax: MoneyText | None = None
    total: MoneyText | None = None
    starts: Day | None = None
    expires: Day | None = None
    requested: Day | None = None
    payment_terms: Text | None = None
    order_number: Text | None = None
    description: Text | None = None
    lines: dict[str, Line] = Field(default_factory=dict)


class Order(Record):
    """A sale to be delivered."""

    number: Text | None = None
    company: Text | None = None
    name: Text | None = None
    account: AccountId | None = None
    contact: ContactId | None = None
    opportunity: OpportunityId | None = None
    quote: QuoteId | None = None
    status: OrderStatus | None = None
    currency: Text | None = None
    customer_reference: Text | None = None
    discount: MoneyText | None = None
    discount_percent: Percent | None = None
    freight: MoneyText | None = None
    tax: MoneyText | None = None
    total: MoneyText | None = None
    ordered: Day | None = None
    requested: Day | None = None
    confirmed: Day | None = None
    payment_terms: Text | None = None
    description: Text | None = None
    lines: dict[str, Line] = Field(default_factory=dict)


ENTITIES: dict[str, type[Record]] = {
    "account": Account,
    "contact": Contact,
    "product": Product,
    "opportunity": Opportunity,
    "quote": Quote,
    "order": Order,
}
"""Canonical entities, those that are pointed at before those that point at them."""
