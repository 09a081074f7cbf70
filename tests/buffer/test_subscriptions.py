from captured_exchanges.buffer.subscriptions import Subscriptions


def test_all_are_woken_in_order():
    """Each subscription is called once for each change."""
    woken: list[str] = []
    subscriptions = Subscriptions(woken.append)
    subscriptions.subscribe(lambda: woken.append("a"))
    subscriptions.subscribe(lambda: woken.append("b"))
    subscriptions.wake_all()
    assert woken == ["a", "b"]


def test_an_ended_subscription_is_quiet():
    """After its end a callback is not called again, and ending twice is harmless."""
    woken, subscriptions = [], Subscriptions(lambda _name: None)
    end = subscriptions.subscribe(lambda: woken.append("a"))
    end()
    end()
    subscriptions.wake_all()
    assert woken == []


def test_the_same_callback_may_subscribe_twice():
    """Ending one of two equal subscriptions leaves the other."""
    woken, subscriptions = [], Subscriptions(lambda _name: None)
    end = subscriptions.subscribe(woken.clear)
    subscriptions.subscribe(woken.clear)
    end()
    woken.append("kept")
    subscriptions.wake_all()
    assert woken == []


def test_a_callback_that_raises_harms_nobody():
    """The others are woken all the same, and the fault is told by name."""
    faults, woken = [], []
    subscriptions = Subscriptions(faults.append)
    subscriptions.subscribe(lambda: 1 // 0)
    subscriptions.subscribe(lambda: woken.append("b"))
    subscriptions.wake_all()
    assert (faults, woken) == (["buffer.wake_failed"], ["b"])
