"""The gate: nothing inside a wait, a few at a time, the number adapting."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oppbridge.errors import Throttled
from oppbridge.http.gate import Gate, gate_of


def test_all_threads_wait_while_the_gate_is_shut():
    gate = Gate()
    gate.shut(0.2)
    opened = time.monotonic() + 0.2

    def go(_: int) -> float:
        with gate.passing(5):
            return time.monotonic()

    with ThreadPoolExecutor(8) as threads:
        assert min(threads.map(go, range(8))) >= opened - 0.01


def test_never_more_inside_than_allowed():
    gate = Gate(most=3)
    inside: list[int] = []
    most = 0
    lock = threading.Lock()

    def go(n: int) -> None:
        nonlocal most
        with gate.passing(5):
            with lock:
                inside.append(n)
                most = max(most, len(inside))
            time.sleep(0.005)
            with lock:
                inside.remove(n)

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(go, range(40)))
    assert most == 3


def test_a_wait_beyond_the_patience_is_not_waited_for():
    gate = Gate()
    gate.shut(100)
    begun = time.monotonic()
    with pytest.raises(Throttled) as caught, gate.passing(1):
        pass
    assert 99 < caught.value.after <= 100
    assert time.monotonic() - begun < 0.5


def test_a_full_gate_gives_up_in_time():
    gate = Gate(most=1)
    with gate.passing(1), pytest.raises(Throttled), gate.passing(0.05):
        pass
    with gate.passing(0.05):
        pass


def test_a_refusal_halves_and_good_answers_raise_again():
    now = [0.0]
    gate = Gate(most=8, clock=lambda: now[0])
    for _ in range(50):
        gate.answered()
    assert gate.allowed == 8
    gate.shut(1)
    gate.shut(1)  # others of the same wave: they count once
    assert gate.allowed == 4
    now[0] = 2.0
    gate.shut(1)
    assert gate.allowed == 2
    for _ in range(50):
        gate.answered()
    assert gate.allowed == 8


def test_the_hint_of_the_service_is_the_ceiling():
    gate = Gate(most=8)
    for _ in range(300):
        gate.answered("20")
    assert gate.allowed == 20
    gate.answered("3")
    assert gate.allowed == 3
    for odd in ("", "-1", "many", "0"):
        gate.answered(odd)
    assert gate.allowed == 3


@settings(max_examples=50)
@given(st.lists(st.one_of(st.floats(0, 50), st.none()), max_size=40))
def test_the_allowed_number_stays_in_bounds_and_waits_never_shrink(moves):
    now = [0.0]
    gate = Gate(most=8, clock=lambda: now[0])
    for move in moves:
        now[0] += 1.0
        before = gate.shut_for
        if move is None:
            gate.answered()
        else:
            gate.shut(move)
        assert gate.shut_for >= before
        assert 1 <= gate.allowed <= 8


def test_one_gate_for_each_identity_at_each_system():
    assert gate_of("https://a", "me") is gate_of("https://a", "me")
    assert gate_of("https://a", "me") is not gate_of("https://a", "you")
