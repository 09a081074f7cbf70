"""What is in flight, and until when."""

from captured_exchanges.buffer.flight import Flight


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_in_flight_before_anything_was_handed_out():
    """Before the first owner, and while one has been given nothing."""
    flight = Flight(Clock())
    assert flight.through == 0
    flight.keep(None)
    assert flight.through == 0


def test_what_was_handed_out_stays_while_somebody_owns():
    """For any length of time, and however often it is handed out again."""
    clock = Clock()
    flight = Flight(clock)
    flight.hand_out(5)
    flight.hand_out(3)
    clock.now += 1e6
    assert flight.through == 5


def test_it_stays_for_as_long_as_ownership_is_kept():
    """After the end of the stream it lapses with the ownership, and is remembered as handed out."""
    clock = Clock()
    flight = Flight(clock)
    flight.hand_out(5)
    flight.keep(30.0)
    clock.now += 29.9
    assert flight.through == 5
    clock.now += 0.1
    assert (flight.through, flight.handed_through) == (0, 5)


def test_an_owner_who_comes_back_in_time_keeps_it():
    """Within the time nothing lapses any more; after it, what had lapsed is not in flight again."""
    clock = Clock()
    flight = Flight(clock)
    flight.hand_out(5)
    flight.keep(30.0)
    clock.now += 29.0
    flight.keep(None)
    clock.now += 1e6
    assert flight.through == 5
    flight.keep(30.0)
    clock.now += 30.0
    flight.keep(None)
    assert flight.through == 0
    flight.hand_out(2)
    assert (flight.through, flight.handed_through) == (2, 5)


def test_ownership_that_is_given_up_lapses_at_once():
    """Zero seconds are none."""
    flight = Flight(Clock())
    flight.hand_out(5)
    flight.keep(0.0)
    assert flight.through == 0


def test_another_epoch_begins_with_nothing():
    """Sequences begin again at one: what was handed out of the old epoch says nothing of the new."""
    flight = Flight(Clock())
    flight.hand_out(5)
    flight.begin_epoch()
    assert (flight.through, flight.handed_through) == (0, 0)
