"""What the consumers of several connectors have together: each one's report, and their sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from captured_exchanges.errors import CapturedExchangesError
from captured_exchanges.syncer.report import ConsumerReport

__all__ = ["ConsumersReport"]


@dataclass(frozen=True, slots=True)
class ConsumersReport:
    """Several consumers of one store at one moment. `connectors` has the report of each by its name; the
    rest sums them up, in the words of ConsumerReport.
    """

    connectors: Mapping[str, ConsumerReport]

    @property
    def errors(self) -> dict[str, CapturedExchangesError]:
        """Why some have ended, by name: those that ended as intended are not here."""
        return {name: report.error for name, report in self.connectors.items() if report.error is not None}

    @property
    def consistent(self) -> bool:
        """Every connector that hands over exchanges attested, at least one did, and all accounts agree."""
        able = [report for report in self.connectors.values() if report.state != "unsupported"]
        return bool(able) and all(report.consistent for report in able)

    @property
    def timed_out(self) -> bool:
        """This is the answer to a drain that some connector did not attest to in time."""
        return any(report.timed_out for report in self.connectors.values())

    @property
    def gaps(self) -> dict[str, int]:
        """Told as gaps and in the ledger, by reason."""
        return dict(sum((Counter(report.gaps) for report in self.connectors.values()), Counter()))

    @property
    def received(self) -> int:
        """Arrived, without duplicates."""
        return self._sum(lambda report: report.received)

    @property
    def committed(self) -> int:
        """In the store, the quarantined included."""
        return self._sum(lambda report: report.committed)

    @property
    def quarantined(self) -> int:
        """Refused by the store one by one."""
        return self._sum(lambda report: report.quarantined)

    @property
    def duplicates(self) -> int:
        """Arrived again, and dropped."""
        return self._sum(lambda report: report.duplicates)

    @property
    def foreign(self) -> int:
        """Stored under another sync id than this consumer's."""
        return self._sum(lambda report: report.foreign)

    @property
    def released_elsewhere(self) -> int:
        """Not here because another store committed them: no loss."""
        return self._sum(lambda report: report.released_elsewhere)

    @property
    def lost(self) -> int:
        """Known to be lost; `unknown_losses` come on top."""
        return self._sum(lambda report: report.lost)

    @property
    def unknown_losses(self) -> int:
        """Earlier epochs that ended undrained."""
        return self._sum(lambda report: report.unknown_losses)

    def _sum(self, figure: Callable[[ConsumerReport], int]) -> int:
        return sum(figure(report) for report in self.connectors.values())
