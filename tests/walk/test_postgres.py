"""The same stories with the store on PostgreSQL: they end as well as on SQLite."""

import pytest

from .story import tell

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("chunk", range(10))
def test_two_stories_end_well(postgres, chunk):
    seeds = range(900 + chunk * 2, 902 + chunk * 2)
    wrong = {seed: said for seed in seeds if (said := tell(seed, fresh=postgres.fresh))}
    assert wrong == {}
