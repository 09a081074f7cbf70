import pytest

from captured_exchanges.provenance import Annotations, survey
from captured_exchanges.store import open_store
from support.provenance_files import FIXTURES, SyncFile


def surveyed(path):
    with open_store(path) as store:
        return survey(store)


def test_batons_own_file_has_nothing_dangling():
    """Every annotation of a whole file leads to an exchange."""
    found = surveyed(FIXTURES / "go-50.c1z")
    assert (found.annotated, found.dangling, found.lost, found.unreadable) == (20, 0, 0, 0)
    assert found.objects == 21


def test_a_file_without_capture_has_no_annotations():
    """Objects that were synced without capture are counted, and name nothing."""
    found = surveyed(FIXTURES / "old.c1z")
    assert found.objects > 0
    assert (found.annotated, found.dangling) == (0, 0)


def test_what_leads_nowhere_is_counted_by_object(tmp_path):
    """An object with one id that leads nowhere is dangling, one with none that leads anywhere is lost."""
    file = SyncFile().exchange("here")
    file.resource("user:whole", ["here"]).resource("user:half", ["here", "gone"]).resource("user:plain")
    file.grant("grant:lost", ["gone", "gone too"]).entitlement("group:g:member", ["here"])
    file.resource("user:bad", data=b"\xff\xff")
    path = file.save(tmp_path / "x.db")
    assert surveyed(path) == Annotations(
        objects=6, annotated=4, dangling=2, lost=1, unreadable=1, examples=("user:half", "grant:lost")
    )


@pytest.mark.parametrize("count", [249, 250, 251, 600])
def test_any_number_of_objects_is_followed(tmp_path, count):
    """However many there are: only the last one leads nowhere."""
    file = SyncFile()
    for number in range(count):
        file.resource(f"user:{number}", [f"r{number}"])
        if number < count - 1:
            file.exchange(f"r{number}")
    found = surveyed(file.save(tmp_path / "x.db"))
    assert (found.annotated, found.dangling, found.examples) == (count, 1, (f"user:{count - 1}",))
