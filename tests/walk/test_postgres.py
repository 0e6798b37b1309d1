"""The same stories with the store on PostgreSQL: they end as well as on SQLite."""

from contextlib import suppress

import psycopg
import pytest
import sqlalchemy as sa

from oppbridge.errors import Unavailable

from .onlooker import differences
from .story import tell
from .world import World

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("chunk", range(10))
def test_two_stories_end_well(postgres, chunk):
    seeds = range(900 + chunk * 2, 902 + chunk * 2)
    wrong = {seed: said for seed in seeds if (said := tell(seed, fresh=postgres.fresh))}
    assert wrong == {}


def lose(store, url, moments):
    """Have the server end our connection as the nth statements are about to run."""
    count, ended = 0, []

    def cut(connection, *_):
        nonlocal count
        count += 1
        if count in moments:
            pid = connection.connection.driver_connection.info.backend_pid
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            ended.append(pid)

    sa.event.listen(store.engine, "before_cursor_execute", cut)
    return ended


@pytest.mark.parametrize("first", [3, 10, 30, 60, 100])
def test_a_run_whose_connection_is_lost_is_taken_up_by_the_next(postgres, first):
    world = World(fresh=postgres.fresh, pages=(3, 3))
    north, south = world.crms["north"], world.crms["south"]
    for number in range(9):
        north.add("companies", {"title": f"n{number}", "notes": f"cn{number}"})
        south.add("companies", {"Name": f"s{number}", "Remarks": f"cs{number}"})
    ended = lose(world.store, postgres.url, {first, first + 25})
    with suppress(Unavailable):  # lost at the very end, there is nobody left to write a report
        said = world.run().problems
        assert any("nothing that was stored is lost" in one for one in said), said
    assert ended
    while world.run().wrote:
        pass
    assert differences(north, south) == []
    world.store.close()
