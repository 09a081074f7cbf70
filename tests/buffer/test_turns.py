import threading

import pytest

from captured_exchanges.buffer.turns import Turns


def test_an_action_is_answered():
    """Taken from outside, an action runs at once."""
    assert Turns().take(lambda: 7) == 7


def test_an_action_from_within_another_follows_it():
    """Called by whoever is inside already, an action is put off until that one is complete."""
    turns, order = Turns(), []

    def outer() -> str:
        order.append("begins")
        assert turns.take(lambda: order.append("within")) is None
        order.append("ends")
        return "outer"

    assert turns.take(outer) == "outer"
    assert order == ["begins", "ends", "within"]


def test_a_question_from_within_is_answered_at_once():
    """A look does not wait for the change it is asked in."""
    turns = Turns()
    assert turns.take(lambda: turns.look(lambda: 3)) == 3


def test_put_off_actions_may_put_off_more():
    """A chain of them is run to its end, in order."""
    turns, order = Turns(), []
    turns.take(lambda: turns.take(lambda: (order.append(1), turns.take(lambda: order.append(2)))))
    assert order == [1, 2]


def test_an_action_that_raises_leaves_the_door_open():
    """The error reaches its caller, and the next action runs."""
    turns = Turns()
    with pytest.raises(ZeroDivisionError):
        turns.take(lambda: 1 // 0)
    assert turns.take(lambda: 5) == 5


def test_threads_take_turns():
    """Two threads are never inside together."""
    turns, inside, worst = Turns(), [0], [0]

    def action() -> None:
        inside[0] += 1
        worst[0] = max(worst[0], inside[0])
        inside[0] -= 1

    threads = [threading.Thread(target=lambda: [turns.take(action) for _ in range(3000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert worst == [1]
