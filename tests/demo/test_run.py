import subprocess
import sys

import pytest

from captured_exchanges.demo import DemoOptions, run_demo
from captured_exchanges.errors import MissingExtra


def test_importing_the_demo_loads_neither_grpc_nor_the_extra():
    """The door can be imported where gRPC's weight is not wanted and the extra is not installed."""
    program = """
import sys
import captured_exchanges.demo
heavy = {"grpc", "httpx", "scim2_server", "scim2_models", "pydantic", "rich"} & set(sys.modules)
sys.exit(", ".join(heavy) or 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_without_the_extra_a_sentence_says_what_to_install(monkeypatch, tmp_path):
    """Where a library is missing the error names it and the extra, before anything is started."""
    monkeypatch.setitem(sys.modules, "scim2_server", None)
    with pytest.raises(MissingExtra, match=r"needs scim2_server, .*captured-exchanges\[demo\]"):
        run_demo(DemoOptions(out=tmp_path / "sync.c1z"))
    assert list(tmp_path.iterdir()) == []
