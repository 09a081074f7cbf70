"""The Go programs, each built once for a whole run."""

import pytest

from support.go_programs import build


@pytest.fixture(scope="session")
def owner_binary(tmp_path_factory):
    """The Go owner of the stream."""
    return build("owner", tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="session")
def c1z_binary(tmp_path_factory):
    """What baton's SDK does with a `.c1z`."""
    return build("c1z", tmp_path_factory.mktemp("go"))
