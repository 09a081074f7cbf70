"""The pages that redaction is measured with."""

import pytest

from benchmarks.pages import near_misses, page_of
from captured_exchanges.redaction.bodies.prescan import Need, Prescan
from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.values import Families


@pytest.mark.parametrize("every", [None, near_misses()], ids=["as usual", "near-misses"])
@pytest.mark.parametrize("size", [2_000, 100_000])
def test_a_page_without_a_secret_is_spliced_unparsed(every, size):
    """However often it comes: else the benchmark would measure something else."""
    prescan = Prescan(Names(), Text(Names(), Families()))
    page = page_of(size, every=every)
    assert {prescan.look(page).need for _ in range(50)} == {Need.NOTHING}
