"""What a consumer's report comes to: nothing amiss, or one sentence that says all of it."""

from types import MappingProxyType

import pytest

from captured_exchanges.cli.attestation import attestation_lines, attestation_record, fault
from captured_exchanges.errors import ConsumerStopped
from captured_exchanges.exchange import Drained, Dropped, SyncCounters
from captured_exchanges.syncer import ConsumerReport

ONE_LOST = "1 exchange was lost at the connector"
THREE_LOST = "3 exchanges were lost at the connector"
DISAGREE = "the connector's account and this store disagree"
UNDRAINED = "this connector ended undrained: what was lost then is unknown"
NO_DRAIN = "the connector attested to no drain in time"


def _report(*counters, gaps=(), **more):
    attestation = more.pop("attestation", Drained("e", 9, 9, counters))
    return ConsumerReport(
        state=more.pop("state", "stopped"), attestation=attestation, gaps=MappingProxyType(dict(gaps)), **more
    )


def _dropped(sync_id, count, reason="overflow"):
    return SyncCounters(sync_id, captured=9, acked=9 - count, dropped=(Dropped(reason, count, 70),))


@pytest.mark.parametrize(
    ("report", "says"),
    [
        (_report(), ""),
        (_report(gaps={"released_elsewhere": 7}), ""),
        (_report(_dropped("another", 3)), ""),
        (_report(quarantined=1, duplicates=2, foreign=3, streams=4), ""),
        (_report(gaps={"overflow": 1}), f"{ONE_LOST} (overflow 1)"),
        (_report(_dropped("mine", 3), gaps={"overflow": 2}), f"{THREE_LOST} (overflow 3)"),
        (_report(gaps={"retention": 2, "oversize": 1}), f"{THREE_LOST} (oversize 1, retention 2)"),
        (_report(unknown_losses=1), f"1 earlier run of {UNDRAINED}"),
        (_report(findings=("a", "b")), f"{DISAGREE}: a; b"),
        (
            _report(findings=("a",), gaps={"overflow": 1}, unknown_losses=2),
            f"{DISAGREE}: a; {ONE_LOST} (overflow 1); 2 earlier runs of {UNDRAINED}",
        ),
        (_report(attestation=None), NO_DRAIN),
        (_report(attestation=None, trouble="UNAVAILABLE"), f"{NO_DRAIN} (UNAVAILABLE)"),
        (_report(error=ConsumerStopped("taken over")), "taken over"),
        (
            _report(attestation=None, state="unsupported"),
            "this connector hands over no captured exchanges: update it, or sync without them",
        ),
    ],
)
def test_what_is_amiss_is_one_sentence(report, says):
    """Losses, disagreements and ends of all kinds are told together; what is no loss is not told as one."""
    assert fault(report, "mine") == says


def test_no_attestation_is_told_as_none():
    """Without an attestation the record has no epoch and no counters, and people read `no`."""
    report = _report(attestation=None, received=2, committed=2)
    record = attestation_record(report, "mine")
    unknown = (record["epoch"], record["through_sequence"], record["counters"])
    assert unknown == (None, None, [])
    assert (record["attested"], record["consistent"], record["committed"]) == (False, False, 2)
    shown = [line.plain.split() for line in attestation_lines(report, "mine")]
    assert shown == [["attested", "no"], ["stored", "2"], ["lost", "none", "known"]]


def test_a_disagreement_is_not_shown_as_agreement():
    """An attestation that the store contradicts says so where people look first."""
    first = next(attestation_lines(_report(findings=("a",)), "mine"))
    assert first.plain.split(maxsplit=1) == ["attested", "yes, and it does not agree with this store"]
