"""A sync full of secrets: none of them is found anywhere afterwards, in whatever spelling."""

import asyncio

import pytest

from captured_exchanges.redaction.values.table import FAMILIES
from support.canaries import FAMILIES_A_MESSAGE, SHORTEST_CORE, Canaries
from support.canary_run import GROUPS, USERS, canary_run
from support.demo_secrets import leaks, shapes

pytestmark = pytest.mark.timeout(300)
FAMILY = "github"
"""Any whose members nothing else would find: no name stands beside them where they are planted."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One run with all rules in force."""
    return asyncio.run(canary_run(tmp_path_factory.mktemp("canaries")))


def found_in(run):
    """The places where canaries are found, and which are in the smallest of them."""
    places = leaks(run.secrets, run.places)
    content = min((run.places[place] for place in places), key=len, default=b"")
    return places, [each for each in run.secrets if any(shape in content for shape in shapes(each))]


def test_no_canary_is_found_anywhere(run):
    """Twenty families and each named place in every request and response; rules that fail meanwhile."""
    assert run.committed >= 2 * GROUPS
    assert len(run.secrets) > 2 * FAMILIES_A_MESSAGE * run.committed
    assert run.stopped["counters"]["redaction.part_failed"] > 0
    assert run.stopped["counters"]["connector.record_failed"] > 0
    assert found_in(run) == (set(), [])


def test_the_search_looks_where_something_is(run):
    """What a sync is for is in the places of which the test above says that no canary is there."""
    for place in ("store", "traffic between the processes", "exchanges list --json"):
        assert run.places[place].count(b"@example.com") >= USERS, place
        assert b"urn:canaries" in run.places[place], place
        assert b"[REDACTED:" in run.places[place], place
    for file, said in (
        ("sync.c1z ", b"C1ZF"),
        ("sync.c1z.work/database.db", b"@example.com"),
        ("reprs ", b"HttpRequest("),
        ("syncer-reprs ", b"ConsumerReport("),
        ("connector's stderr", b"RuntimeError"),
        ("connector's stdout", b"redaction.part_failed"),
        ("process ", b"canary_connector.py"),
    ):
        assert any(said in content for place, content in run.places.items() if place.startswith(file)), file


def test_one_missing_rule_is_found_out(tmp_path):
    """Where one family is not looked for, its canaries are in traffic, store, files and exports."""
    run = asyncio.run(canary_run(tmp_path, without=FAMILY))
    places, _ = found_in(run)
    assert {"store", "traffic between the processes", "exchanges list --json"} <= places
    assert any(place.startswith("sync.c1z.work/") for place in places)


def test_canaries_are_of_all_families_and_new_each_time():
    """A run of a few messages has had them all; of a very few rows the secret is too short to be told."""
    told = []
    made = Canaries(told.append)
    texts = [text for _ in range(len(FAMILIES) // FAMILIES_A_MESSAGE + 1) for text in made.of_families()]
    assert len(set(texts)) == len(texts) > len(FAMILIES)
    assert len(set(told)) == len(told) > len(texts) * 9 // 10
    assert all(len(core) >= SHORTEST_CORE and any(core in text for text in texts) for core in told)
