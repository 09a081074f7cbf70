"""The Go module is in order: formatted, vetted, and its generated code is that of the `.proto`."""

import sys
from pathlib import Path

import pytest

from support.go_programs import GO_TIMEOUT, MODULE, go, run

pytestmark = GO_TIMEOUT


def test_formatted():
    """`gofmt` has nothing to say."""
    gofmt = Path(go("env", "GOROOT").strip(), "bin", "gofmt")  # not always on the PATH
    assert run(gofmt, "-l", ".") == ""


@pytest.mark.usefixtures("owner_binary", "c1z_binary")
def test_vetted():
    """`go vet` has nothing to say; with the programs built it has little left to compile."""
    assert go("vet", "./...") == ""


def test_generated_code_is_current(tmp_path):
    """Generating from the `.proto` once more gives the very code that is committed."""
    go("version")  # skips where there is none
    run("exchangespb/generate.sh", tmp_path, PYTHON=sys.executable)
    (made,) = tmp_path.iterdir()
    assert made.read_bytes() == (MODULE / "exchangespb" / made.name).read_bytes()
