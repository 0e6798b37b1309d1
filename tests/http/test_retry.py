"""What is tried again, and for how long."""

import pytest

from oppbridge.errors import Unavailable
from oppbridge.http.retry import rules


def test_a_system_that_never_answered_is_given_up_after_three_tries():
    tries = []

    def refused():
        tries.append(1)
        raise Unavailable("connection refused")

    with pytest.raises(Unavailable):
        rules(3600, known=False).copy(sleep=lambda _: None)(refused)
    assert len(tries) == 3
