"""What tables looked like is kept by system and entity, the latest in place of the one before."""

from oppbridge.store import described
from oppbridge.store.described import Described


def test_what_was_kept_last_stands(store):
    first = Described("sales", "account", '{"a": 1}', "d1", "7")
    other = Described("scm", "account", "{}", "d2")
    with store.write() as tx:
        described.keep(tx, [first, other], 5.0)
        described.keep(tx, [Described("sales", "account", '{"a": 2}', "d3", None)], 6.0)
    with store.read() as tx:
        assert described.digests(tx) == {
            ("sales", "account"): ("d3", None),
            ("scm", "account"): ("d2", None),
        }
        assert described.text(tx, "sales", "account") == '{"a": 2}'


def test_nothing_is_kept_at_first(store):
    with store.read() as tx:
        assert described.digests(tx) == {}
