from typing import get_args

import pytest

from captured_exchanges.cli.doctor_losses import losses
from captured_exchanges.exchange import GapReason


@pytest.mark.parametrize("reason", get_args(GapReason))
def test_every_reason_of_the_protocol_is_known(reason):
    """Each reason has words of its own about what to do, or is no loss."""
    (finding,) = losses({reason: 3})
    assert reason in finding.what
    if reason == "released_elsewhere":
        assert finding.severity == "note"
    else:
        assert (finding.severity, "does not know" in finding.todo) == ("warning", False)


def test_an_unknown_reason_is_told_all_the_same():
    """A later connector may give a reason that this version does not know."""
    (finding,) = losses({"solar flare": 1200})
    assert finding.what == "solar flare: 1,200 exchanges lost"
    assert finding.severity == "warning"


def test_no_loss_is_told_too():
    """Where nothing was lost there is one finding that says so."""
    (finding,) = losses({}, "dropped")
    assert (finding.check, finding.severity) == ("dropped", "ok")
