"""Every row of the tables decides something: without it goes wrong what is right with it."""

import random
from pathlib import Path

import pytest

from captured_exchanges.redaction import Redactor
from corpus import probes_names, probes_values, probes_wire
from corpus.probing import wrong
from support.examples import CHANCE
from support.redaction_rows import make_redactors_cheap, rows

TESTS = Path(__file__).parents[1] / "redaction"
PROBES = {**probes_names.PROBES, **probes_wire.PROBES, **probes_values.PROBES}
ELSEWHERE = {
    "sql": "transports/sql/test_table.py",
    "ldap": "names/test_ldap.py",
    "markup": "markup/test_table.py",
    "bodies": "bodies/test_multipart.py",
}
"""Tables that have such a test of their own."""
NO_RULES = {"families.gates", "families.templates"}
"""What makes a search quick, and what tests are made of."""


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    make_redactors_cheap(monkeypatch)


def decides(row, whole, seeds):
    """Whether a row makes right what is wrong without it."""
    policy = row.without()
    without = Redactor(policy)
    for probe in PROBES[row.place]:
        seed = seeds.getrandbits(32)
        is_right = not wrong(probe, row.said, seed, redactor=whole)
        if is_right and wrong(probe, row.said, seed, policy, without):
            return True
    return False


@pytest.mark.parametrize("place", PROBES)
def test_without_a_row_something_goes_wrong(place):
    """A secret stays, or something else goes; with the row neither does."""
    seed = CHANCE.getrandbits(32)
    whole, seeds = Redactor(), random.Random(seed)
    found = [row for row in rows() if row.place == place]
    assert found
    unnoticed = [str(row) for row in found if not decides(row, whole, seeds)]
    assert not unnoticed, f"seed {seed}: nobody notices that these are gone\n" + "\n".join(unnoticed)


def test_every_table_is_probed():
    """A new field needs probes, or a test of its own beside the module that it belongs to."""
    places = {row.place for row in rows()}.difference(PROBES, NO_RULES)
    assert {place.partition(".")[0] for place in places} == set(ELSEWHERE)
    for place in places:
        table, _, field = place.partition(".")
        assert field in (TESTS / ELSEWHERE[table]).read_text(), place
