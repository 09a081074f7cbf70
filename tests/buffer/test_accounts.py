from typing import get_args

from captured_exchanges.buffer.accounts import MAX_SYNCS, Accounts
from captured_exchanges.exchange import MAX_SEQUENCE, Drained, Dropped, GapReason, SyncCounters
from captured_exchanges.wire import encode_response


def test_syncs_are_counted_apart():
    """Each sync has an account of its own, and the empty sync id one that is told last."""
    accounts = Accounts()
    accounts.of("").capture(abandoned=False)
    accounts.of("a").capture(abandoned=True)
    accounts.of("b").capture(abandoned=False)
    accounts.of("b").drop("overflow", 7)
    assert accounts.counters() == (
        SyncCounters("a", captured=1, abandoned=1),
        SyncCounters("b", captured=1, dropped=(Dropped("overflow", 1, 7),)),
        SyncCounters("", captured=1),
    )


def test_reasons_are_counted_apart():
    """Drops add up by reason, in exchanges and bytes."""
    accounts = Accounts()
    for reason, size in (("overflow", 5), ("oversize", 9), ("overflow", 6)):
        accounts.of("a").drop(reason, size)
    assert accounts.counters()[0].dropped == (Dropped("overflow", 2, 11), Dropped("oversize", 1, 9))


def test_the_oldest_settled_sync_is_forgotten_first():
    """Beyond the bound the oldest account without anything retained joins that of the empty sync id."""
    accounts = Accounts(max_syncs=2)
    busy, settled = accounts.of("busy"), accounts.of("settled")
    busy.capture(abandoned=False)
    busy.retained = 1
    settled.capture(abandoned=False)
    settled.acked = 1
    accounts.of("new").capture(abandoned=False)
    assert [each.sync_id for each in accounts.counters()] == ["busy", "new", ""]
    assert accounts.counters()[-1] == SyncCounters("", captured=1, acked=1)


def test_where_nothing_is_settled_new_syncs_share_the_nameless_account():
    """The table never grows past its bound, and what is counted in the nameless account stays there."""
    accounts = Accounts(max_syncs=1)
    accounts.of("busy").retained = 1
    late = accounts.of("late")
    assert late is accounts.of("")
    accounts.of("busy").retained = 0
    assert accounts.of("late") is not late


def test_forgetting_keeps_the_sum():
    """Over any number of syncs the sum of all accounts is what was captured."""
    accounts = Accounts(max_syncs=3)
    for number in range(50):
        account = accounts.of(f"sync-{number}")
        account.capture(abandoned=number % 2 == 0)
        account.drop("overflow", 1)
    counters = accounts.counters()
    assert len(counters) == 4
    assert sum(each.captured for each in counters) == 50
    assert sum(each.abandoned for each in counters) == 25
    assert sum(dropped.count for each in counters for dropped in each.dropped) == 50


def test_what_was_attested_goes_before_what_was_not():
    """Of settled syncs the one goes first that an attestation has told of, though an older one is there."""
    accounts = Accounts(max_syncs=2)
    accounts.of("older").capture(abandoned=False)
    accounts.of("newer").capture(abandoned=False)
    accounts.attest()
    accounts.of("older").capture(abandoned=False)
    accounts.of("third")
    assert [each.sync_id for each in accounts.counters()] == ["older", "third", ""]
    accounts.of("fourth")
    assert [each.sync_id for each in accounts.counters()] == ["third", "fourth", ""]


def test_an_attestation_says_nothing_of_what_is_not_settled():
    """A sync that still holds something at the attestation is told of again later."""
    accounts = Accounts(max_syncs=2)
    busy, other = accounts.of("busy"), accounts.of("other")
    busy.capture(abandoned=False)
    busy.retain(5)
    assert accounts.attest() == accounts.counters()
    busy.ack(5)
    other.capture(abandoned=False)
    accounts.of("third")
    assert [each.sync_id for each in accounts.counters()] == ["other", "third", ""]


def test_an_account_in_dispute_is_kept():
    """What may yet turn out to be acked is counted in the account that was told."""
    accounts = Accounts(max_syncs=1)
    accounts.of("a").disputed = 1
    assert accounts.of("b") is accounts.of("")
    accounts.of("a").disputed = 0
    assert accounts.of("b") is not accounts.of("")


def test_bytes_are_held_until_an_exchange_is_committed_or_lost():
    """Both ways out of the buffer give back the bytes; only one of them is a loss."""
    accounts = Accounts()
    account = accounts.of("a")
    for size in (3, 4, 5):
        account.capture(abandoned=False)
        account.retain(size)
    account.ack(3)
    account.lose("retention", 4)
    assert (account.retained, account.retained_bytes) == (1, 5)
    assert account.counters("a") == SyncCounters("a", 3, 1, (Dropped("retention", 1, 4),))


def test_rule_6_the_counters_of_thousands_of_syncs_fit_a_message():
    """With ids as long as they may be, and every reason there is, they stay far below a mebibyte."""
    accounts = Accounts()
    for number in range(5_000):
        account = accounts.of(f"{number:0>256}")
        account.capture(abandoned=True)
        for reason in get_args(GapReason):
            account.drop(reason, MAX_SEQUENCE // 10**4, MAX_SEQUENCE // 10**4)
    counters = accounts.attest()
    assert len(counters) == MAX_SYNCS + 1
    assert len(encode_response(Drained("e" * 32, MAX_SEQUENCE, MAX_SEQUENCE, counters))) < 256 * 1024
