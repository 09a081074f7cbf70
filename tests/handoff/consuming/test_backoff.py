"""How long the consumer waits between attempts."""

import random

from captured_exchanges.handoff.consuming.backoff import Backoff


def test_waits_are_jittered_below_a_bound_that_doubles_to_the_maximum():
    """The n-th wait lies between 0 and 0.1·2ⁿ s, never above 10 s, and all of that span is used."""
    waits = [list(_waits(seed, 12)) for seed in range(500)]
    for attempt in range(12):
        bound = min(0.1 * 2**attempt, 10.0)
        at_this_attempt = [series[attempt] for series in waits]
        assert all(0 <= wait <= bound for wait in at_this_attempt)
        assert max(at_this_attempt) > 0.9 * bound
        assert min(at_this_attempt) < 0.1 * bound


def test_reset_begins_again_with_the_first_bound():
    """After a good stream the next wait is short again."""
    backoff = Backoff(0.1, 10.0, random.Random(1))
    for _ in range(10):
        backoff.next()
    backoff.reset()
    assert backoff.next() <= 0.1


def test_the_same_seed_draws_the_same_waits():
    """Randomness is an argument: a run can be repeated."""
    assert list(_waits(7, 5)) == list(_waits(7, 5))


def _waits(seed, attempts):
    backoff = Backoff(0.1, 10.0, random.Random(seed))
    return (backoff.next() for _ in range(attempts))
