"""What a consumer says of itself."""

from captured_exchanges.syncer import ConsumerReport
from support.syncer_messages import drained


def test_what_another_store_has_is_no_loss():
    """`lost` adds up every reason but `released_elsewhere`."""
    report = ConsumerReport(state="connected", gaps={"overflow": 2, "oversize": 1, "released_elsewhere": 40})
    assert (report.lost, report.released_elsewhere) == (3, 40)


def test_consistent_needs_an_attestation_in_time_without_findings():
    """No answer, a late one, and one that contradicts the store are all not consistent."""
    agreed = ConsumerReport(state="connected", attestation=drained(1))
    assert agreed.consistent
    assert not ConsumerReport(state="connected").consistent
    assert not ConsumerReport(state="connected", attestation=drained(1), timed_out=True).consistent
    assert not ConsumerReport(state="connected", attestation=drained(1), findings=("1 is not 2",)).consistent
