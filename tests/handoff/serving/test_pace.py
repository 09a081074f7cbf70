from captured_exchanges.handoff.serving.pace import ObserverShare, Pace


def test_a_batch_goes_when_it_is_full():
    """`full` available exchanges that also have room do not wait."""
    pace = Pace(4, 1.0)
    assert not pace.due(0, 3, 10, 0.0, urgent=False)
    assert pace.due(0, 4, 10, 0.1, urgent=False)


def test_room_counts_as_well_as_supply():
    """Where the allowance lets only a few go, they wait for more room as for company."""
    pace = Pace(4, 1.0)
    assert not pace.due(0, 100, 2, 0.0, urgent=False)
    assert pace.wake_at == 1.0
    assert pace.due(0, 100, 2, 1.0, urgent=False)


def test_all_that_was_there_when_the_delay_ended_goes_without_waiting_again():
    """None waits longer than the delay, though the first batch could not carry all of them."""
    pace = Pace(100, 1.0)
    assert not pace.due(0, 50, 100, 0.0, urgent=False)
    assert pace.due(0, 60, 100, 1.0, urgent=False)
    assert pace.due(30, 65, 100, 1.1, urgent=False)
    assert not pace.due(60, 65, 100, 1.2, urgent=False)
    assert pace.wake_at == 2.2


def test_urgent_means_now():
    """A drain, a half-close or a stop lets everything go."""
    assert Pace(100, 1.0).due(0, 1, 100, 0.0, urgent=True)


def test_nothing_to_send_is_never_due():
    """Without supply or room there is nothing to wait for."""
    pace = Pace(4, 1.0)
    assert not pace.due(5, 5, 10, 0.0, urgent=True)
    assert not pace.due(0, 5, 0, 0.0, urgent=True)
    assert pace.wake_at is None


def test_observers_are_free_while_the_owner_is_idle():
    """An idle owner costs observers nothing."""
    share = ObserverShare()
    assert all(share.take(0.0, owner_busy=False) for _ in range(100))


def test_observers_earn_a_turn_with_every_fourth_send_to_a_busy_owner():
    """What was saved goes first; then four sends are one turn."""
    share = ObserverShare()
    while share.take(0.0, owner_busy=True):
        pass
    for _ in range(4):
        assert not share.take(0.0, owner_busy=True)
        share.owner_sent()
    assert share.take(0.0, owner_busy=True)
    assert not share.take(0.0, owner_busy=True)


def test_observers_get_ten_turns_a_second_beside_a_slow_owner():
    """Time alone earns turns too, and no more than a few are saved."""
    share = ObserverShare()
    while share.take(0.0, owner_busy=True):
        pass
    turns = sum(share.take(tick / 50, owner_busy=True) for tick in range(1, 101))
    assert turns in (19, 20)
    assert sum(share.take(1000.0, owner_busy=True) for _ in range(10)) == 4
