"""Rule 8: they look, change nothing, and cannot slow the owner."""

from __future__ import annotations

import threading
from dataclasses import replace

from grpc import StatusCode

from captured_exchanges.exchange import Ack, Batch, Drain, Filter, Gap, Limits, Open
from support.conformance_callers import ending
from support.conformance_exchanges import LOOK, OWNER, exchange, filled, sequences
from support.threaded_calls import until
from support.watched_buffer import WatchedBuffer


def test_rule_08_observers_release_nothing(pairing):
    """An observer sees what the owner takes, and the account does not show it."""
    with pairing.connector(filled(4)) as connector:
        before = connector.buffer.snapshot()
        observer, opened = connector.opened(LOOK)
        assert opened.role == "observer"
        assert observer.exchanges(4) == [1, 2, 3, 4]
        observer.half_close()
        assert connector.buffer.snapshot() == before
        owner, _ = connector.opened(OWNER)
        assert owner.exchanges(4, ack=True) == [1, 2, 3, 4]
        connector.until_retained(0)
        assert (connector.account().captured, connector.account().acked) == (4, 4)


def test_rule_08_observers_may_neither_ack_nor_drain(pairing):
    """INVALID_ARGUMENT, with the name of what was said; the owner is unharmed."""
    with pairing.connector(filled(1)) as connector:
        owner, _ = connector.opened(OWNER)
        for name, said in (("ack", Ack(connector.epoch, 1)), ("drain", Drain())):
            observer, _ = connector.opened(LOOK)
            observer.say(said)
            code, detail = ending(observer)
            assert (code, detail.startswith(name)) == (StatusCode.INVALID_ARGUMENT, True), detail
        assert owner.exchanges(1) == [1]
        assert connector.retained == 1


def test_rule_08_observers_have_a_small_allowance_of_their_own(pairing):
    """No message to them carries more than their bounds, and the owner's allowance is its own."""
    with pairing.connector(filled(500, body=1000)) as connector:
        owner, opened = connector.opened(replace(OWNER, limits=Limits(max_outstanding_exchanges=2)))
        assert owner.exchanges(2) == [1, 2]
        observer, looked = connector.opened(LOOK)
        assert looked.limits.max_outstanding_exchanges < 4096
        assert looked.limits.max_outstanding_bytes < 16 << 20
        assert observer.exchanges(500) == list(range(1, 501))
        batches = [message.exchanges for message in observer.heard if isinstance(message, Batch)]
        assert max(map(len, batches)) <= looked.limits.max_outstanding_exchanges
        sizes = [sum(captured.size for captured in batch) for batch in batches]
        assert max(sizes) <= looked.limits.max_outstanding_bytes
        owner.say(Ack(opened.epoch, 2))
        assert owner.exchanges(2) == [3, 4]


def test_rule_08_observers_that_lag_get_gaps_and_the_owner_everything(pairing):
    """While an observer does not read, the owner takes and acks all; what it missed is told when it wakes."""
    count = 80
    with pairing.connector(filled(count, body=100_000)) as connector:
        sleeper = connector.caller(LOOK)
        until(lambda: connector.standing.observers == 1)
        owner, _ = connector.opened(OWNER)
        assert owner.exchanges(count, ack=True) == list(range(1, count + 1))
        connector.until_retained(0)
        hear_of(sleeper, count)
        gaps = [message for message in sleeper.heard if isinstance(message, Gap)]
        assert {gap.reason for gap in gaps} == {"observer_lag"}
        assert sum(gap.count for gap in gaps) > count // 4


def test_rule_08_observers_have_a_bounded_share_of_sends_after_the_owners(pairing):
    """However fast it reads, it has one turn for four of the owner's, and ten a second beside."""
    count, buffer = 200, WatchedBuffer()
    with pairing.connector(buffer) as connector:
        observer, _ = connector.opened(replace(LOOK, limits=Limits(max_batch_exchanges=1)))
        owner, _ = connector.opened(replace(OWNER, limits=Limits(max_batch_exchanges=1)))
        reader = threading.Thread(target=hear_of, args=(observer, count))
        reader.start()
        for each in [exchange() for _ in range(count)]:  # at once: the owner has work to the end
            buffer.accept(each)
        assert owner.exchanges(count) == list(range(1, count + 1))
        reader.join()
    buffer.assert_share_kept(count)


def hear_of(observer, count):
    """Listen until so many exchanges have arrived or been told as missing."""
    while count > 0 and (message := observer.hear()) is not None:
        count -= message.count if isinstance(message, Gap) else len(getattr(message, "exchanges", ()))


def test_rule_08_observers_see_what_they_ask_for(pairing):
    """From a sequence on, and only the kinds, surfaces and syncs that were named."""
    with pairing.connector() as connector:
        for kind, surface, sync_id in (
            ("http", "sync", "a"),
            ("sql", "sync", "a"),
            ("sql", "tickets", "a"),
            ("sql", "sync", "b"),
            ("ldap", "sync", ""),
        ):
            connector.buffer.accept(exchange(kind=kind, surface=surface, sync_id=sync_id))
        for open_, expected in {
            Open(from_sequence=3): [3, 4, 5],
            Open(filter=Filter(transport_kinds=("sql", "ldap"))): [2, 3, 4, 5],
            Open(filter=Filter(surfaces=("tickets",))): [3],
            Open(filter=Filter(sync_ids=("b", ""))): [4, 5],
            Open(filter=Filter(transport_kinds=("sql",), sync_ids=("a",)), from_sequence=3): [3],
        }.items():
            observer, _ = connector.opened(open_)
            batches = [message for message in observer.rest() if isinstance(message, Batch)]
            assert [each.sequence for batch in batches for each in batch.exchanges] == expected


def test_rule_08_observers_are_eight_at_most(pairing):
    """The ninth is RESOURCE_EXHAUSTED; the others are served on, and a place that was left is free."""
    with pairing.connector() as connector:
        owner, _ = connector.opened(OWNER)
        observers = [connector.opened(LOOK)[0] for _ in range(8)]
        assert connector.refused(LOOK)[0] is StatusCode.RESOURCE_EXHAUSTED
        connector.capture()
        assert [caller.exchanges(1) for caller in (owner, *observers)] == [[1]] * 9
        observers[0].cancel()
        until(lambda: connector.standing.observers == 7)
        assert connector.opened(LOOK)[0].exchanges(1) == [1]


def test_rule_08_observers_and_others_are_sixty_four_streams_at_most(pairing):
    """For the sixty-fifth the one that has waited longest without an open is RESOURCE_EXHAUSTED; the rest is
    unharmed, and who opens is served.
    """
    with pairing.connector() as connector:
        owner, _ = connector.opened(OWNER)
        first = connector.caller()
        until(lambda: connector.standing.streams == 2)
        held = [owner.another() for _ in range(62)]
        until(lambda: connector.standing.streams == 64)
        late, _ = connector.opened(LOOK)
        assert first.rest() == []
        assert first.status()[0] is StatusCode.RESOURCE_EXHAUSTED
        assert connector.standing.streams == 64
        connector.capture()
        assert (owner.exchanges(1), late.exchanges(1)) == ([1], [1])
        for caller in (*held, late):
            caller.cancel()
        until(lambda: connector.standing.streams == 1)
        assert connector.opened(LOOK)[0].exchanges(1) == [1]


def test_rule_08_observers_of_ours_look_and_change_nothing(pairing):
    """Opened, what is retained and what is missing, `closing`; from a sequence on and filtered as asked."""
    with pairing.connector(filled(3, max_bytes=2 * exchange("r1").size)) as connector:
        before = connector.buffer.snapshot()
        opened, batch, gap, closing = pairing.look(connector)
        assert (opened.role, sequences(batch), gap.last_sequence, closing.code) == ("observer", [1, 2], 3, 0)
        named = {"from_sequence": 2, "filter": Filter(sync_ids=("s",))}
        assert sequences(pairing.look(connector, **named)[1]) == [2]
        assert connector.buffer.snapshot() == before
