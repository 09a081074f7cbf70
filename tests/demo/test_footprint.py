import sys

import pytest

from captured_exchanges.demo.footprint import Footprint, peak_bytes, resident_bytes

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


def test_peak_is_never_below_what_is_resident():
    """The peak is at least the memory in use."""
    resident = resident_bytes()
    assert 0 < resident <= peak_bytes()


@linux_only
def test_growth_is_what_work_took_beyond_idle():
    """After 30 MB were touched and freed, the report still shows them as growth over idle."""
    footprint = Footprint(peak_bytes())
    before = footprint.report()
    block = bytearray(b"x") * (30 << 20)
    del block
    after = footprint.report()
    assert before["growth"] < 5 << 20
    assert after["growth"] >= 25 << 20
    assert after["peak"] == after["idle"] + after["growth"]
