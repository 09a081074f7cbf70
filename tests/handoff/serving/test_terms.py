import pytest

from captured_exchanges.exchange import Limits
from captured_exchanges.handoff.serving import Terms
from captured_exchanges.handoff.serving.terms import agree


def test_zero_is_the_default_and_too_much_is_the_maximum():
    """Each bound is settled for itself."""
    default, maximum = Limits(1, 2, 3, 4, 0.5), Limits(10, 20, 30, 40, 5.0)
    assert agree(Limits(), default, maximum) == default
    assert agree(Limits(99, 99, 99, 99, 99.0), default, maximum) == maximum
    assert agree(Limits(5, 0, 99, 6, 0.1), default, maximum) == Limits(5, 2, 30, 6, 0.1)


def test_the_defaults_are_those_of_the_protocol():
    """Intervals, waits and places as PROTOCOL.md names them; every default within its maximum."""
    terms = Terms()
    assert (terms.heartbeat_interval, terms.patience, terms.reservation) == (5, 12.5, 30)
    assert (terms.closing_wait, terms.drain_timeout, terms.max_drain_timeout) == (2, 5, 600)
    assert (terms.max_streams, terms.max_observers) == (64, 8)
    assert agree(terms.owner_default, Limits(), terms.owner_maximum) == terms.owner_default
    assert agree(terms.observer_default, Limits(), terms.observer_maximum) == terms.observer_default


@pytest.mark.parametrize("interval", [0, -1, float("nan")])
def test_an_interval_must_be_above_zero(interval):
    """Without an interval there is no telling who is dead."""
    with pytest.raises(ValueError, match="heartbeat_interval"):
        Terms(heartbeat_interval=interval)
