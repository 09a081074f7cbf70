"""What a consumer has to show for itself: its report as a record and for people, and what is amiss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from rich.text import Text

from captured_exchanges.cli.counters import counter_lines, counter_record, reasons
from captured_exchanges.cli.painting import labelled
from captured_exchanges.syncer import ConsumerReport

__all__ = ["attestation_lines", "attestation_record", "fault"]

_NO_LOSS = "released_elsewhere"


def fault(report: ConsumerReport, sync_id: str) -> str:
    """Why the consumer of this sync has not what it should have, in one sentence; empty: it has all of it."""
    if report.error is not None:
        return str(report.error)
    if report.state == "unsupported":
        return "this connector hands over no captured exchanges: update it, or sync without them"
    if report.attestation is None:
        return f"the connector attested to no drain in time{f' ({report.trouble})' if report.trouble else ''}"
    return "; ".join(filter(None, (*_disagreements(report), _losses(report, sync_id), _unknown(report))))


def attestation_record(report: ConsumerReport, sync_id: str) -> dict[str, object]:
    """The fields of the NDJSON record."""
    drained = report.attestation
    return {
        "epoch": drained.epoch if drained else None,
        "through_sequence": drained.through_sequence if drained else None,
        "attested": drained is not None,
        "consistent": report.consistent,
        "received": report.received,
        "committed": report.committed,
        "quarantined": report.quarantined,
        "duplicates": report.duplicates,
        "foreign": report.foreign,
        "lost": dict(_lost(report, sync_id)),
        "released_elsewhere": report.released_elsewhere,
        "unknown_losses": report.unknown_losses,
        "findings": list(report.findings),
        "counters": [counter_record(counters) for counters in drained.counters] if drained else [],
    }


def attestation_lines(report: ConsumerReport, sync_id: str) -> Iterator[Text]:
    """The same, for people."""
    drained = report.attestation
    yield labelled("attested", _verdict(report))
    if drained is not None:
        yield labelled("epoch", f"{drained.epoch} through {drained.through_sequence}")
    yield labelled("stored", _stored(report))
    yield labelled("lost", reasons(_lost(report, sync_id)) if _lost(report, sync_id) else "none known")
    if drained is not None and drained.counters:
        yield Text()
        yield from counter_lines(drained.counters)


def _lost(report: ConsumerReport, sync_id: str) -> Mapping[str, int]:
    """Exchanges known to be lost, by reason: told to this consumer, or to an earlier one of the same sync."""
    told = Counter(dict(report.gaps))
    counters = report.attestation.counters if report.attestation else ()
    dropped: Counter[str] = Counter()
    for own in (counters for counters in counters if counters.sync_id == sync_id):
        dropped.update({entry.reason: entry.count for entry in own.dropped})
    return {reason: count for reason, count in sorted((told | dropped).items()) if reason != _NO_LOSS}


def _disagreements(report: ConsumerReport) -> Iterator[str]:
    if report.findings:
        yield f"the connector's account and this store disagree: {'; '.join(report.findings)}"


def _losses(report: ConsumerReport, sync_id: str) -> str:
    count = sum(_lost(report, sync_id).values())
    return f"{_exchanges(count)} lost at the connector ({reasons(_lost(report, sync_id))})" if count else ""


def _unknown(report: ConsumerReport) -> str:
    runs = report.unknown_losses
    what = "run of this connector" if runs == 1 else "runs of this connector"
    return f"{runs} earlier {what} ended undrained: what was lost then is unknown" if runs else ""


def _verdict(report: ConsumerReport) -> Text:
    if report.attestation is None:
        return Text("no", "bold red")
    agreed = report.consistent
    return Text("yes, both sides agree" if agreed else "yes, and it does not agree with this store",
                "green" if agreed else "bold red")  # fmt: skip


def _stored(report: ConsumerReport) -> str:
    more = {
        "of other syncs": report.foreign,
        "in quarantine": report.quarantined,
        "arrived again": report.duplicates,
    }
    notes = [f"{count} {what}" for what, count in more.items() if count]
    return ", ".join([str(report.committed), *notes])


def _exchanges(count: int) -> str:
    return f"{count} exchange was" if count == 1 else f"{count} exchanges were"
