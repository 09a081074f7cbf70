"""Where Zstandard comes from, by the version of Python."""

import runpy
import sys
from types import ModuleType

import pytest

from captured_exchanges.store import _zstd


@pytest.mark.parametrize(
    ("version", "package"),
    [((3, 11), "backports"), ((3, 13), "backports"), ((3, 14), "compression"), ((3, 15), "compression")],
)
def test_the_standard_library_where_it_has_it(monkeypatch, version, package):
    """Up to Python 3.13 it is the backport, from 3.14 on the standard library's own, and never the other."""
    for name in ("backports", "compression"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules[package].zstd = expected = ModuleType("zstd")
    monkeypatch.setattr(sys, "version_info", version)
    assert runpy.run_path(_zstd.__file__)["zstd"] is expected
