import pytest

from captured_exchanges.cli.place import is_target


@pytest.mark.parametrize(
    "place",
    [
        "unix:/run/x",
        "unix:x",
        "unix-abstract:x",
        "dns:host:1",
        "localhost:50051",
        "[::1]:80",
        "ipv4:1.2.3.4:5",
    ],
)
def test_addresses_are_targets(place):
    """Whatever is written as an address is one, also such as the rules refuse."""
    assert is_target(place)


@pytest.mark.parametrize("place", ["sync.c1z", "./unix:x", "/a/b:1/c", "a/b:12", "C:sync.db", "plain", ""])
def test_the_rest_are_files(place):
    """Names and paths are files, also those with a colon in them."""
    assert not is_target(place)


def test_a_file_that_is_there_is_a_file(tmp_path, monkeypatch):
    """A file whose name ends as an address would is found."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run:12").touch()
    assert not is_target("run:12")
