"""Accounts of syncs, as values and in columns."""

from captured_exchanges.cli.counters import columns, counter_lines, counter_record, reasons
from captured_exchanges.exchange import Dropped, SyncCounters

ACCOUNT = SyncCounters("sync-1", 12, 7, (Dropped("overflow", 2, 99), Dropped("retention", 1, 5)), 4)


def test_an_account_is_a_json_value():
    """Every field of an account is in its record, drops by reason."""
    assert counter_record(ACCOUNT) == {
        "sync_id": "sync-1",
        "captured": 12,
        "acked": 7,
        "dropped": [
            {"reason": "overflow", "count": 2, "bytes": 99},
            {"reason": "retention", "count": 1, "bytes": 5},
        ],
        "abandoned": 4,
    }


def test_accounts_stand_in_columns():
    """Numbers end below one another, what is retained is worked out; without an id there are exchanges of
    no sync, and of those that are no longer counted apart.
    """
    assert [line.plain for line in counter_lines([ACCOUNT, SyncCounters("", 100)])] == [
        "  SYNC                CAPTURED  ACKED  RETAINED  ABANDONED  DROPPED",
        "  sync-1                    12      7         2          4  overflow 2, retention 1",
        "  (none, or earlier)       100      0       100          0  -",
    ]
    assert list(counter_lines([])) == []


def test_foreign_names_cannot_act_or_shift_columns():
    """Control characters show as escapes, and wide letters count for two cells."""
    shown = [line.plain for line in columns(("A", "B", "C"), [("\x1b\n", "1", "x"), ("同期", "22", "")])]
    assert shown == ["  A        B  C", "  \\x1b\\n   1  x", "  同期    22"]


def test_reasons_are_sorted_and_zeroes_left_out():
    """Counts by reason read the same whatever order they came in."""
    assert reasons({"b": 2, "a": 1, "c": 0}) == "a 1, b 2"
    assert reasons({}) == "-"
