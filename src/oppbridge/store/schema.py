"""The store's tables, alike on SQLite and PostgreSQL.

Surrogate ids are integers taken from `sequence` in blocks, so that a page's rows are written in
order. JSON is kept as text. A link's `shown` is in system space. What the link agreed to is not
spelled out: it is the record's agreed value, except for the paths in `lag` (record space), which
hold the older value this link still stands for. At rest every `lag` is empty.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()
SEALED, BLIND = "sealed", "blind"


def _sealed(name: str, *, nullable: bool = True) -> Column[str]:
    """A column of values, sealed where the store has a key (see `vault`)."""
    return Column(name, Text, nullable=nullable, info={"kept": SEALED})


def place(column: Any) -> str:
    """What a column is called where its values are sealed."""
    return f"{column.table.name}.{column.name}"


Id = BigInteger().with_variant(Integer, "sqlite")

sequence = Table(
    "sequence",
    metadata,
    Column("name", String(30), primary_key=True),
    Column("value", Id, nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("entity", String(30), nullable=False),
    Column("uid", String(36), nullable=False),
    _sealed("agreed"),  # JSON, record space; NULL before the first decision
    Column("rulings", Text),  # JSON: path -> system a person chose
    UniqueConstraint("uid", "entity", name="record_uid"),
)

link = Table(
    "link",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("record_id", Id, nullable=False),
    Column("system", String(60), nullable=False),
    Column("entity", String(30), nullable=False),
    Column("key", Text, nullable=False),
    Column("gone", Integer, nullable=False, server_default="0"),
    Column("version", Text),
    Column("digest", LargeBinary(16)),
    _sealed("shown"),  # JSON, system space; NULL until first settled
    _sealed("lag"),  # JSON, record space: what the link stands for where it differs
    Column("parts", Text),  # JSON: path stem of a native part -> the part's id
    _sealed("news"),  # JSON, system space: what was seen and not yet decided
    Column("at", String(40)),  # when the system says the news became true
    Column("seen", String(40)),
    UniqueConstraint("system", "entity", "key", name="link_key"),
    Index("link_record", "record_id"),
)

todo = Table(
    "todo",
    metadata,
    Column("flow", String(60), primary_key=True),
    Column("entity", String(30), primary_key=True),
    Column("record_id", Id, primary_key=True, autoincrement=False),
)

awaits = Table(
    "awaits",
    metadata,
    Column("system", String(60), primary_key=True),
    Column("entity", String(30), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("record_id", Id, primary_key=True, autoincrement=False),
)

write = Table(
    "write",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("flow", String(60), nullable=False),
    Column("record_id", Id),
    Column("link_id", Id),
    Column("system", String(60), nullable=False),
    Column("entity", String(30), nullable=False),
    Column("action", String(20), nullable=False),  # create update delete clash read decide
    Column("key", Text),
    _sealed("fields", nullable=False),  # JSON, record space
    _sealed("before"),
    _sealed("reasons"),
    Column("cut", Text),  # JSON: paths left out when it was sent
    Column("state", String(12), nullable=False),
    Column("digest", String(32), nullable=False),
    _sealed("why"),  # of a hold, a wait, a refusal, a dead letter
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("run_id", Id),  # of the run that sent it; until then, of the one that planned it
    _sealed("besides"),  # JSON, system space: what the row then showed that was not written so
    Column("planned", Float, nullable=False),
    Column("settled", Float),
    Column("by", String(200)),  # who approved or refused it
)
OPEN_STATES = ("planned", "sent", "wait", "held", "dead", "refused", "approved")
Index(
    "write_open",
    write.c.system,
    write.c.entity,
    write.c.state,
    write.c.id,
    sqlite_where=text("state <> 'done'"),
    postgresql_where=text("state <> 'done'"),
)
Index("write_record", write.c.record_id)

plan = Table(
    "plan",
    metadata,
    Column("digest", String(32), primary_key=True),
    Column("flow", String(60), nullable=False),
    Column("made", Float, nullable=False),
    Column("by", String(200), nullable=False),
    Column("approved", String(200)),  # who approved it
)

planned = Table(
    "planned",
    metadata,
    Column("plan", String(32), primary_key=True),
    Column("write_id", Id, primary_key=True, autoincrement=False),
    Column("digest", String(32), nullable=False),
    Column("record_id", Id, nullable=False),
    Column("system", String(60), nullable=False),
    Column("entity", String(30), nullable=False),
    Column("action", String(20), nullable=False),
    Index("planned_write", "write_id"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),  # without gaps
    Column("at", String(40), nullable=False),  # UTC
    Column("who", String(200), nullable=False),
    Column("what", String(30), nullable=False),
    Column("told", Text, nullable=False),  # canonical JSON
    Column("chain", String(64), nullable=False),  # SHA-256 over the line and the chain before it
)

undone = Table(
    "undone",
    metadata,
    Column("link_id", Id, primary_key=True, autoincrement=False),
    Column("path", Text, primary_key=True),
    _sealed("agreed"),  # JSON: the agreed value the link was left behind
)

cursor = Table(
    "cursor",
    metadata,
    Column("system", String(60), primary_key=True),
    Column("entity", String(30), primary_key=True),
    Column("text", Text),
    Column("sweep", LargeBinary),  # bits of the links a full reading has seen so far
    Column("revision", Integer, nullable=False),
    Column("moved", Float, nullable=False),
)

described = Table(
    "described",
    metadata,
    Column("system", String(60), primary_key=True),
    Column("entity", String(30), primary_key=True),
    Column("text", Text, nullable=False),  # JSON: the table as the maps were last found to fit it
    Column("digest", String(32), nullable=False),
    Column("stamp", Text),  # of the system's metadata at that time, where it has one
    Column("seen", Float, nullable=False),
)

natural = Table(
    "natural_key",
    metadata,
    Column("entity", String(30), primary_key=True),
    Column("field", String(60), primary_key=True),
    Column("value", Text, primary_key=True, info={"kept": BLIND}),
    Column("record_id", Id, primary_key=True, autoincrement=False),
    Index("natural_record", "record_id"),
)

pair = Table(
    "pair",
    metadata,
    Column("left_id", Id, primary_key=True, autoincrement=False),  # the lower id of the two
    Column("right_id", Id, primary_key=True, autoincrement=False),
    Column("entity", String(30), nullable=False),
    Column("score", Float, nullable=False),
    Column("told", Text),  # JSON: likeness by field
    Column("equal", String(60)),  # the natural key both have
    Column("verdict", String(10), nullable=False),  # open; same, apart: a person said so
    Index("pair_right", "right_id"),
)

alias = Table(
    "alias",
    metadata,
    Column("entity", String(30), primary_key=True),
    Column("uid", String(36), primary_key=True),  # of a record that was joined to another
    Column("record_id", Id, nullable=False),
    _sealed("why", nullable=False),
    Index("alias_record", "record_id"),
)

history = Table(
    "history",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("record_id", Id, nullable=False),
    Column("system", String(60), nullable=False),
    Column("since", String(40), nullable=False),  # true in the source
    Column("seen", String(40), nullable=False),  # seen here
    _sealed("changed", nullable=False),  # JSON of the changed paths, system space
    Index("history_record", "record_id", "id"),
)

setting = Table(
    "setting",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("text", Text, nullable=False),
)

learned = Table(
    "learned",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("text", Text, nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("flow", String(60), nullable=False),
    Column("started", Float, nullable=False),
    Column("finished", Float),
    Column("outcome", String(20)),
    _sealed("report"),
    Column("key", String(300)),  # the same for every worker and every try of one run
    Index("run_flow", "flow", "id"),
    Index("run_key", "key", unique=True),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("until", Float, nullable=False),
)
