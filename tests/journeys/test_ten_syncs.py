"""One connector process outlives ten syncs: every exchange ends in one file, and no loss is told in vain."""

import signal

import pytest

from captured_exchanges.exchange import RedactedExchange, SyncCounters
from captured_exchanges.store import open_store
from captured_exchanges.wire import encode_exchange
from support.both_servers import SERVERS, serving
from support.counted_rows import writes_of
from support.failpoint_syncer import live
from support.failpoints import LEAVE

EACH = 60
LATE = 4
"""Exchanges of a sync that are captured when the next one has begun: calls that were still in flight."""
CUT_OFF, KILLED, RESUMED_LATE = 2, 4, 6
AT_PEACE = {"consistent": True, "findings": [], "error": "", "unknown_losses": 0}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", SERVERS.values(), ids=SERVERS.keys())
async def test_ten_syncs_into_ten_files(tmp_path, kind):
    """The third sync is cut off and never drained; the fifth's consumer is killed and resumed; the seventh is
    cut off too, and resumed when two others have taken what it left. Every exchange is in one file, once,
    under its own sync; what others took is `released_elsewhere`, and no ledger tells a loss.
    """
    async with serving(kind, reservation=0.2) as connector:
        syncs = TenSyncs(connector, tmp_path)
        for number in range(10):
            syncs.capture(number)
            if number in (CUT_OFF, KILLED, RESUMED_LATE):
                await syncs.break_off(number)
            if number not in (CUT_OFF, RESUMED_LATE):
                await syncs.drain(number)
            if number == RESUMED_LATE + 2:
                await syncs.drain(RESUMED_LATE)
        accounts = {counters.sync_id: counters for counters in connector.buffer.counters()}
        assert connector.buffer.facts().retained_exchanges == 0
    files = {number: File(syncs.path(number), number) for number in range(10)}
    assert_each_in_one_file(files, syncs.captured)
    for number, file in files.items():
        file.check(syncs.reports.get(number))
    assert_leftovers_are_told(files, syncs.reports)
    assert accounts == {
        sync(number): SyncCounters(sync(number), captured=of_sync, acked=of_sync)
        for number, of_sync in ((number, EACH + (LATE if number < 9 else 0)) for number in range(10))
    }


def sync(number):
    return f"sync-{number}"


def assert_each_in_one_file(files, captured):
    """All that was captured, and nothing else, is somewhere, and nowhere twice, under its own sync."""
    rows = [row for file in files.values() for row in file.rows]
    assert sorted(rows) == sorted(captured.items())


def assert_leftovers_are_told(files, reports):
    """What was left behind is in the file of whoever came next, and counted there as foreign."""
    left = EACH - len(files[CUT_OFF].of(CUT_OFF))
    assert left > 0
    assert len(files[CUT_OFF + 1].of(CUT_OFF)) == left + LATE
    assert reports[CUT_OFF + 1]["foreign"] == left + LATE
    assert reports[KILLED]["gaps"] == {}
    assert len(files[KILLED].of(KILLED)) == EACH
    taken = EACH - len(files[RESUMED_LATE].of(RESUMED_LATE))
    assert taken > 0
    assert len(files[RESUMED_LATE + 1].of(RESUMED_LATE)) == taken + LATE
    assert reports[RESUMED_LATE]["committed"] == 0
    released = reports[RESUMED_LATE]["gaps"]
    assert released == {"released_elsewhere": taken + LATE + (EACH + LATE) + EACH}


class TenSyncs:
    """One connector, and the syncers that come to it."""

    def __init__(self, connector, folder):
        self._connector = connector
        self._folder = folder
        self.captured = {}
        self.reports = {}

    def path(self, number):
        return self._folder / f"{number}.{('c1z', 'db')[number % 2]}"

    def capture(self, number):
        """A sync runs: its exchanges, between them the late ones of the sync before it."""
        for row in range(EACH):
            self._accept(sync(number), row)
            if number and row < LATE:
                self._accept(sync(number - 1), EACH + row)

    def _accept(self, sync_id, row):
        name = f"req-{sync_id}-{row:03d}"
        self.captured[name] = sync_id
        exchange = RedactedExchange(name, sync_id, "http", b'{"kind":"http"}', b"{}", None, 0)
        self._connector.buffer.accept(encode_exchange(exchange))

    async def break_off(self, number):
        """The syncer of this sync ends in mid-stream: killed, or left by its host."""
        place, expected = ("after-commit", -signal.SIGKILL) if number == KILLED else (LEAVE, 0)
        code, report = await self._live(number, place=place, hit=3)
        assert code == expected
        assert report is None or not report["consistent"]

    async def drain(self, number):
        """A syncer of this sync takes all that there is, and saves."""
        code, self.reports[number] = await self._live(number)
        assert code == 0

    async def _live(self, number, **death):
        style = ("asyncio", "threads")[number // 2 % 2]
        return await live(style, self._connector, self.path(number), sync(number), **death)


class File:
    """What one file holds."""

    def __init__(self, path, number):
        self._number = number
        self._writes = writes_of(path)
        with open_store(path) as store:
            stored = store.exchanges().iterate(limit=10_000)
            self.rows = [(row.request_id, row.sync_id) for row in stored if row.request_id.startswith("req-")]
            self._gaps = [entry.gap for entry in store.exchanges().ledger()]
            [self._mark] = store.exchanges().watermarks()

    def of(self, number):
        """The request ids of a sync, in order."""
        return [name for name, sync_id in self.rows if sync_id == sync(number)]

    def check(self, report):
        """Rows in order, each written once; rows and gaps make up the epoch; drained as the report says."""
        assert self._writes == {(name, "insert"): 1 for name, _ in self.rows}
        for number in range(10):
            assert self.of(number) == sorted(self.of(number))
        assert {gap.reason for gap in self._gaps} <= {"released_elsewhere"}
        assert len(self.rows) + sum(gap.count for gap in self._gaps) == self._mark.through_sequence
        assert self._mark.drained == (report is not None)
        if report is not None:
            assert {field: report[field] for field in AT_PEACE} == AT_PEACE, self._number
