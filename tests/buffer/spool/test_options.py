import math

import pytest

from captured_exchanges.buffer import SpoolOptions


def test_a_durable_spool_has_a_folder():
    """The message says what to do."""
    with pytest.raises(ValueError, match="give one"):
        SpoolOptions(durable=True)


@pytest.mark.parametrize("bound", ["max_bytes", "flush_interval"])
@pytest.mark.parametrize("value", [0, -1, math.nan])
def test_a_bound_that_keeps_nothing_is_refused(bound, value):
    """The message names it."""
    with pytest.raises(ValueError, match=bound):
        SpoolOptions(**{bound: value})
