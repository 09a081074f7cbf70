import subprocess
import sys

import orjson
import pytest

from captured_exchanges.demo.footprint import peak_bytes, resident_bytes

WORK = """
import orjson, sys
from captured_exchanges.demo.footprint import Footprint
footprint = Footprint.now()
before = footprint.report()
block = bytearray(b"x") * (30 << 20)
del block
sys.stdout.buffer.write(orjson.dumps([before, footprint.report()]))
"""


def test_peak_is_never_below_what_is_resident():
    """The peak is at least the memory in use."""
    resident = resident_bytes()
    assert 0 < resident <= peak_bytes()


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="neither /proc nor getrusage")
def test_growth_is_what_work_took_beyond_idle():
    """After a process has touched and freed 30 MB, its report still shows them as growth over idle."""
    done = subprocess.run([sys.executable, "-c", WORK], capture_output=True, check=True)
    before, after = orjson.loads(done.stdout)
    assert before["growth"] < 5 << 20
    assert after["growth"] >= 25 << 20
    assert after["peak"] == after["idle"] + after["growth"]
