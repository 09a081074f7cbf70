"""docs/spool.md shows code that runs, and numbers that are the code's."""

from pathlib import Path

import pytest

from captured_exchanges.buffer import DEFAULT_MAX_BYTES, DEFAULT_SPOOL_BYTES, FLUSH_INTERVAL
from captured_exchanges.buffer.loads import MAX_LOADED_BYTES
from captured_exchanges.buffer.spool.image import LEASE
from captured_exchanges.connector import ExchangeProducer

PAGE = (Path(__file__).parents[2] / "docs/spool.md").read_text()
CODE = PAGE.split("```python\n")[1].partition("```")[0]


@pytest.mark.parametrize("policy", ['"drop_newest"', '"drop_oldest"', "Block(5.0)"])
def test_a_producer_is_made_as_printed(tmp_path, policy):
    """With a folder of the test's own, and under every policy that is named."""
    assert policy in CODE
    here = CODE.replace("/var/lib/acme/spool", str(tmp_path / "spool"))
    made = {}
    exec(here.replace('overflow="drop_newest"', f"overflow={policy}"), made)  # noqa: S102 - our own docs
    assert isinstance(made["producer"], ExchangeProducer)
    assert made["buffer"].flush(20.0)
    made["buffer"].close()


def test_the_numbers_are_the_codes():
    """Defaults and bounds are told as they are."""
    assert (DEFAULT_MAX_BYTES, DEFAULT_SPOOL_BYTES, MAX_LOADED_BYTES) == (64 << 20, 1 << 30, 8 << 20)
    told = ("64 MiB", "1 GiB", "8 MiB", f"{LEASE:,}", f"({FLUSH_INTERVAL} s)")
    assert all(number in PAGE for number in told)
