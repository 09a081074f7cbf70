"""Names among their siblings."""

import pytest

from captured_exchanges.redaction.json.siblings import Siblings
from captured_exchanges.redaction.names.names import Effect, NameInfo, Names
from captured_exchanges.redaction.names.table import DEFAULT_NAMES

NAMES = Names()
SIBLINGS = Siblings(NAMES)


@pytest.mark.parametrize("word", sorted(DEFAULT_NAMES.pair_names | DEFAULT_NAMES.pair_labels))
def test_every_listed_word_may_name_a_pair(word):
    """`{<word>: "password", "value": …}`."""
    obj = {f"the_{word}": "password", "value": 1}
    assert SIBLINGS.pair(obj, [NAMES.of(key) for key in obj]).rule == "name.password"


@pytest.mark.parametrize("word", sorted(DEFAULT_NAMES.pair_values))
def test_every_listed_word_may_hold_the_value_of_a_pair(word):
    """`{"name": "password", <word>: …}`."""
    obj = {"name": "password", f"my_{word}": 1}
    paired = SIBLINGS.pair(obj, [NAMES.of(key) for key in obj])
    assert SIBLINGS.meaning(NAMES.of(f"my_{word}"), paired, obj, oauth=False).secret


@pytest.mark.parametrize("name", sorted(DEFAULT_NAMES.beside))
def test_some_names_are_secret_beside_others_only(name):
    """With each of its companions, and not without."""
    key = name.replace(" ", "_")
    assert NAMES.of(key).effect is Effect.BESIDE
    for companion in DEFAULT_NAMES.beside[name]:
        obj = {key: "x", companion.replace(" ", "_"): "y"}
        assert SIBLINGS.meaning(NAMES.of(key), None, obj, oauth=False).secret
    assert not SIBLINGS.meaning(NAMES.of(key), None, {key: "x"}, oauth=False).secret


def test_two_names_are_no_pair():
    """Nor are two elements below a name that holds kinds of secrets."""
    plain = NameInfo(Effect.PLAIN)
    assert SIBLINGS.second(["password", "x"], plain).rule == "name.password"
    assert SIBLINGS.second(["password", "token"], plain) is None
    assert SIBLINGS.second(["password", "x", "y"], plain) is None
    assert SIBLINGS.second(["password", "x"], NAMES.of("grant_types")) is None
