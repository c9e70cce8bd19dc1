import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.clients.shopify.pace import Pace, Throttle, shared_pace


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Bucket:
    """Shopify's side: refuses what does not fit, gives back what was asked too much."""

    def __init__(self, clock: Clock, maximum: float = 2000.0, restore: float = 100.0) -> None:
        self.clock, self.maximum, self.restore = clock, maximum, restore
        self.available, self.at = maximum, 0.0
        self.refused = 0
        self.spent = 0.0

    def call(self, requested: float, actual: float) -> Throttle:
        self.available = min(self.maximum, self.available + (self.clock.now - self.at) * self.restore)
        self.at = self.clock.now
        if requested > self.available + 1e-6:
            self.refused += 1
        else:
            self.available -= actual
            self.spent += actual
        return Throttle(self.maximum, self.available, self.restore)


def test_a_full_bucket_is_used_at_once_and_an_empty_one_is_waited_for() -> None:
    clock = Clock()
    pace = Pace(clock=clock, sleep=clock.sleep)
    assert pace.take(1000) == 0
    assert pace.take(1000) == 0
    assert pace.take(500) == pytest.approx(5.0, abs=0.01)


def test_what_was_asked_too_much_comes_back_with_the_answer() -> None:
    clock = Clock()
    pace = Pace(clock=clock, sleep=clock.sleep)
    pace.take(1000)
    pace.settle(1000, Throttle(2000, 1990, 100))
    assert pace.take(1000) == 0


def test_a_larger_shop_is_learnt_from_its_answer() -> None:
    clock = Clock()
    pace = Pace(clock=clock, sleep=clock.sleep)
    pace.take(1000)
    pace.settle(1000, Throttle(20_000, 500, 1000))
    assert pace.take(1000) == pytest.approx(0.5, abs=0.01)
    assert pace.restore_rate == 1000


def test_a_call_without_an_answer_gives_its_points_back_until_an_answer_tells() -> None:
    clock = Clock()
    pace = Pace(clock=clock, sleep=clock.sleep)
    pace.take(2000)
    pace.settle(2000, None)
    assert pace.take(1000) == 0
    pace.settle(1000, Throttle(2000, 0, 100))
    assert pace.take(100) == pytest.approx(1.0, abs=0.01)


def test_urgent_calls_may_use_the_reserve_and_others_may_not() -> None:
    clock = Clock()
    pace = Pace(reserve_share=0.2, clock=clock, sleep=clock.sleep)
    pace.take(1600)
    assert pace.take(300, urgent=True) == 0
    assert pace.take(10) == pytest.approx(3.1, abs=0.02)


def test_a_call_dearer_than_the_bucket_waits_for_a_full_one_and_is_left_to_shopify() -> None:
    clock = Clock()
    pace = Pace(clock=clock, sleep=clock.sleep)
    pace.take(100)
    assert pace.take(5000) == pytest.approx(1.0, abs=0.01)


@given(
    st.lists(st.tuples(st.integers(1, 1000), st.floats(0, 1)), min_size=50, max_size=120),
    st.sampled_from([(2000, 100), (4000, 200), (20_000, 1000)]),
)
def test_one_reader_is_never_refused_and_wastes_nothing(calls: list[tuple[int, float]], plan: tuple[int, int]) -> None:
    maximum, restore = plan
    clock = Clock()
    bucket, pace = Bucket(clock, maximum, restore), Pace(clock=clock, sleep=clock.sleep)
    for requested, share in calls:
        pace.take(requested)
        pace.settle(requested, bucket.call(requested, requested * share))
    assert bucket.refused == 0
    allowed = maximum + clock.now * restore
    waited_last_for = 1000  # what the bucket may hold when the last call has just become possible
    assert clock.now == 0 or bucket.spent >= allowed - max(maximum - restore, waited_last_for) - 1
    assert bucket.spent <= allowed + 1


def test_threads_share_the_points_without_overdrawing() -> None:
    clock = Clock()
    guard = threading.Lock()
    bucket = Bucket(clock)

    def sleep(seconds: float) -> None:
        with guard:
            clock.now += seconds

    pace = Pace(clock=clock, sleep=sleep)

    def read(_: int) -> None:
        pace.take(400)
        with guard:
            throttle = bucket.call(400, 200)
        pace.settle(400, throttle)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(read, range(120)))
    assert bucket.refused == 0
    assert bucket.spent == 120 * 200


def test_one_token_of_one_shop_has_one_pace() -> None:
    assert shared_pace("https://a.example", "one") is shared_pace("https://a.example", "one")
    assert shared_pace("https://a.example", "one") is not shared_pace("https://a.example", "two")


def test_who_leaves_a_share_waits_for_it_and_nobody_else_does() -> None:
    clock = Clock()
    pace = Pace(clock=clock, sleep=clock.sleep)
    assert pace.take(1500, left_share=0.2) == 0.0
    assert pace.take(400, left_share=0.2) == pytest.approx(3.0)
    assert pace.take(300) == 0.0
    assert pace.take(100, urgent=True) == 0.0
