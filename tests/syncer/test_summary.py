from captured_exchanges.errors import ConsumerStopped
from captured_exchanges.syncer import ConsumerReport, ConsumersReport
from support.syncer_messages import drained

GOOD = ConsumerReport(
    state="connected", attestation=drained(3), received=3, committed=3, gaps={"overflow": 2}
)
ELSEWHERE = ConsumerReport(
    state="connected",
    attestation=drained(9),
    received=5,
    committed=4,
    quarantined=1,
    duplicates=6,
    foreign=2,
    gaps={"overflow": 1, "released_elsewhere": 7},
    unknown_losses=1,
)
OLD = ConsumerReport(state="unsupported")
DEAD = ConsumerReport(state="stopped", error=ConsumerStopped("no"))


def test_figures_are_summed_and_gaps_merged():
    """In the words of one consumer's report."""
    both = ConsumersReport({"a": GOOD, "b": ELSEWHERE})
    assert (both.received, both.committed, both.quarantined, both.duplicates) == (8, 7, 1, 6)
    assert (both.foreign, both.unknown_losses) == (2, 1)
    assert both.gaps == {"overflow": 3, "released_elsewhere": 7}
    assert (both.lost, both.released_elsewhere) == (3, 7)


def test_all_that_can_must_agree():
    """One without provenance has no say; one that failed, or was too late, has."""
    late = ConsumerReport(state="connected", attestation=drained(3), timed_out=True)
    assert ConsumersReport({"a": GOOD, "b": OLD}).consistent
    assert not ConsumersReport({"b": OLD}).consistent
    assert not ConsumersReport({"a": GOOD, "b": DEAD}).consistent
    assert not ConsumersReport({"a": GOOD, "b": late}).consistent
    assert ConsumersReport({"a": GOOD, "b": late}).timed_out
    assert ConsumersReport({"a": GOOD, "b": DEAD}).errors == {"b": DEAD.error}
