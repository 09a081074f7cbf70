"""Whether both sides agree at the end."""

from dataclasses import replace

import pytest

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import Dropped
from captured_exchanges.handoff.consuming.actions import Commit
from captured_exchanges.handoff.consuming.tally import Tally
from support.buffer_exchanges import encoded
from support.syncer_messages import EPOCH, batch, counters, drained, gap


def commit(after, through, *batches, gaps=(), attested=None, epoch=EPOCH):
    exchanges = [row for one in batches for row in one.exchanges]
    return Commit("acme", epoch, after, through, exchanges, gaps, attested)


def tally(*commits, start=0):
    counted = Tally("ours")
    counted.opened(EPOCH, start)
    for one in commits:
        counted.landed(one)
    return counted


def test_an_attestation_that_matches_has_no_findings():
    """Rows per sync and gaps per reason as the connector counts them."""
    told = (
        counters("ours", captured=5, acked=2, dropped=(Dropped("overflow", 3, 30),)),
        counters("", captured=1, acked=1),
    )
    counted = tally(
        commit(0, 6, batch(1, 2, sync_id="ours"), batch(6), gaps=[gap(3, 5)]),
        commit(6, 6, attested=drained(6, counters=told)),
    )
    assert counted.findings == ()
    assert counted.attestation.counters == told
    assert (counted.committed, counted.foreign, dict(counted.gaps)) == (3, 0, {"overflow": 3})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ((counters("ours", captured=3, acked=3),), "3 acked, 2 were stored"),
        ((counters("ours", captured=1, acked=1),), "1 acked, 2 were stored"),
        ((), "0 acked, 2 were stored"),
        ((counters("ours", captured=1, acked=2),), "fewer than"),
    ],
)
def test_an_attestation_that_does_not_match_is_told_in_a_sentence(told, words):
    """Too many, too few, a sync that is missing, counters that contradict themselves."""
    counted = tally(
        commit(0, 2, batch(1, 2, sync_id="ours")), commit(2, 2, attested=drained(2, counters=told))
    )
    assert any(words in finding for finding in counted.findings)


def test_rule_13_a_connector_that_died_counts_what_its_spool_proves():
    """The store may have exchanges, and gaps, of which a restarted connector knows nothing: no finding."""
    torn = replace(gap(5, 9), reason="unclean_restart", count=0, bytes=0)
    counted = tally(
        commit(0, 4, batch(1, 2, sync_id="ours"), gaps=[gap(3, 4)]),
        commit(4, 9, gaps=[torn]),
        commit(9, 9, attested=drained(9, counters=(counters("ours", captured=1, acked=1),))),
    )
    assert counted.findings == ()


def test_gaps_that_the_counters_do_not_know_are_told():
    """What was told as lost in-band is in the account too."""
    counted = tally(commit(0, 3, gaps=[gap(1, 3)]), commit(3, 3, attested=drained(3)))
    assert any("3 lost to overflow" in finding for finding in counted.findings)


def test_an_epoch_that_was_not_seen_from_its_start_is_not_compared():
    """Earlier runs' rows and other stores' rows are in the connector's account, not in ours."""
    told = (counters("ours", captured=9, acked=9),)
    resumed = tally(commit(7, 9, batch(8, 9, sync_id="ours"), attested=drained(9, counters=told)), start=7)
    shared = tally(
        commit(0, 7, gaps=[gap(1, 7, reason="released_elsewhere")]),
        commit(7, 9, batch(8, 9, sync_id="ours"), attested=drained(9, counters=told)),
    )
    assert resumed.findings == shared.findings == ()


def test_an_attestation_beyond_the_store_is_a_finding():
    """Drained through more than this store holds."""
    counted = tally(commit(0, 2, batch(1, 2), attested=drained(5)), start=0)
    assert any("reaches sequence 5" in finding for finding in counted.findings)


def test_a_reconnect_continues_the_account_and_a_new_epoch_begins_another():
    """What was counted over two streams of one epoch is compared together."""
    counted = tally(commit(0, 2, batch(1, 2)))
    counted.opened(EPOCH, 2)
    counted.landed(commit(2, 3, batch(3), attested=drained(3, counters=(counters(captured=3, acked=3),))))
    assert counted.findings == ()
    counted.opened("second", 0)
    again = drained(1, epoch="second", counters=(counters(captured=1, acked=1),))
    counted.landed(commit(0, 1, batch(1, epoch="second"), attested=again, epoch="second"))
    assert counted.findings == ()
    assert counted.committed == 4


def test_an_epoch_that_others_moved_meanwhile_is_not_compared():
    """Where the store is further than our own commits brought it, our account is not the whole."""
    counted = tally(commit(0, 2, batch(1, 2)))
    counted.opened(EPOCH, 5)
    counted.landed(commit(5, 6, batch(6), attested=drained(6, counters=(counters(captured=6, acked=6),))))
    assert counted.findings == ()


def test_of_many_syncs_the_sum_is_compared():
    """A connector that keeps no more accounts adds the rest up under the empty id; so do we."""
    rows = [batch(n, sync_id=f"sync-{n}") for n in range(1, 301)]
    apart = [counters(f"sync-{n}", captured=1, acked=1) for n in range(45, 301)]
    landed = commit(0, 300, *rows)
    agreeing = drained(300, counters=(counters(captured=44, acked=44), *apart))
    lying = drained(300, counters=(counters(captured=43, acked=43), *apart))
    assert tally(landed, commit(300, 300, attested=agreeing)).findings == ()
    assert "all syncs" in tally(landed, commit(300, 300, attested=lying)).findings[0]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"": 2, "b": 1}, ""),  # `a` is forgotten
        ({"": 1, "a": 1, "b": 1}, ""),  # half of it: it went on after it was forgotten
        ({"": 1, "b": 1}, "all syncs: the connector counts 2 acked, 3 were stored"),
        ({"": 1, "b": 2}, "sync 'b': the connector counts 2 acked, 1 were stored"),
        ({"a": 1, "b": 2}, "sync 'a': the connector counts 1 acked, 2 were stored"),
    ],
)
def test_syncs_that_the_connector_has_forgotten_are_no_finding(told, words):
    """However few accounts it keeps: what it misses of a sync must be under the empty id, and no more."""
    landed = commit(0, 3, batch(1, 2, sync_id="a"), batch(3, sync_id="b"))
    accounts = tuple(counters(sync_id, captured=n, acked=n) for sync_id, n in told.items())
    findings = tally(landed, commit(3, 3, attested=drained(3, counters=accounts))).findings
    assert findings[:1] == ((words,) if words else ())


def test_ten_thousand_syncs_of_a_real_buffer_agree():
    """A consumer that has taken all of them, or only the last few, finds nothing amiss."""
    for max_syncs, seen in ((256, 10_000), (3, 100)):
        buffer, whole = CaptureBuffer(max_syncs=max_syncs, epoch=EPOCH), Tally("ours")
        whole.opened(EPOCH, 0)
        for number in range(1, seen + 1):
            buffer.accept(encoded(100, f"sync-{number // 2}"))
            whole.landed(commit(number - 1, number, batch(number, sync_id=f"sync-{number // 2}")))
            buffer.release(number)
        whole.landed(commit(seen, seen, attested=drained(seen, counters=buffer.attest())))
        assert whole.findings == ()


def test_counting_is_bounded_whatever_the_peer_names():
    """Thousands of sync ids and reasons do not grow the account without end."""
    rows = [commit(n - 1, n, batch(n, sync_id=f"sync-{n}")) for n in range(1, 3001)]
    gaps = commit(3000, 6000, gaps=[gap(n, n, reason=f"reason-{n}") for n in range(3001, 6001)])
    counted = tally(*rows, gaps)
    assert counted.foreign == 3000
    assert counted.gaps == {"other": 3000}
    assert len(counted.account.rows) < 300
