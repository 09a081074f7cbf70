"""Names among their siblings."""

import pytest

from captured_exchanges.redaction.json.siblings import Siblings
from captured_exchanges.redaction.names.names import Effect, NameInfo, Names, Pair
from captured_exchanges.redaction.names.table import DEFAULT_NAMES
from captured_exchanges.redaction.names.vaults import TRUE

NAMES = Names()
SIBLINGS = Siblings(NAMES)


@pytest.mark.parametrize("word", sorted(DEFAULT_NAMES.pair_names | DEFAULT_NAMES.pair_labels))
def test_every_listed_word_may_name_a_pair(word):
    """`{<word>: "password", "value": …}`; what as often holds the kind of a thing as a whole name only."""
    is_label = word in DEFAULT_NAMES.pair_labels
    obj = {word.replace(" ", "_") if is_label else f"the_{word}": "password", "value": 1}
    assert SIBLINGS.pair(obj, [NAMES.of(key) for key in obj]).rule == "name.password"


@pytest.mark.parametrize("word", sorted(DEFAULT_NAMES.pair_values | DEFAULT_NAMES.pair_whole))
def test_every_listed_word_may_hold_the_value_of_a_pair(word):
    """`{"name": "password", <word>: …}`; some as whole names only."""
    key = word if word in DEFAULT_NAMES.pair_whole else f"my_{word}"
    obj = {"name": "password", key: 1}
    paired = SIBLINGS.pair(obj, [NAMES.of(key) for key in obj])
    assert SIBLINGS.meaning(NAMES.of(key), paired, obj, oauth=False).secret


def test_an_end_of_a_time_is_no_value():
    """`not_before` beside a type of token."""
    assert NAMES.of("not_before").pair is Pair.NONE
    obj = {"token_type": "Bearer", "before": "x"}
    assert SIBLINGS.pair(obj, [NAMES.of(key) for key in obj]) is None


@pytest.mark.parametrize("name", sorted(DEFAULT_NAMES.beside))
def test_some_names_are_secret_beside_others_only(name):
    """With each of its companions, and not without."""
    key = name.replace(" ", "_")
    assert NAMES.of(key).effect is Effect.BESIDE
    for companion in DEFAULT_NAMES.beside[name]:
        obj = {key: "x", companion.replace(" ", "_"): "y"}
        assert SIBLINGS.meaning(NAMES.of(key), None, obj, oauth=False).secret
    assert not SIBLINGS.meaning(NAMES.of(key), None, {key: "x"}, oauth=False).secret


FLAGGED = [(vault.name, vault.beside) for vault in DEFAULT_NAMES.vaults if vault.says == TRUE]


@pytest.mark.parametrize(("name", "flag"), FLAGGED)
def test_a_flag_that_is_true_makes_a_secret_of_the_value_beside_it(name, flag):
    """Whatever is known of its name; one that is false says nothing."""
    for is_set in (True, False):
        obj = {"key": "credentials", name: "x", flag.replace(" ", "_"): is_set}
        paired = SIBLINGS.pair(obj, [NAMES.of(key) for key in obj])
        meant = SIBLINGS.meaning(NAMES.of(name), paired, obj, oauth=False)
        assert (meant.effect is Effect.LEAVES) is is_set


@pytest.mark.parametrize("name", ["valueFrom", "validTo", "validFrom", "effectiveFrom", "effective_to"])
def test_a_reference_is_no_value(name):
    """`{"name": "password", "valueFrom": …}` says where it is kept."""
    obj = {"name": "password", name: "x"}
    assert SIBLINGS.pair(obj, [NAMES.of(key) for key in obj]) is None


def test_two_names_are_no_pair():
    """Nor are two elements below a name that holds kinds of secrets."""
    plain = NameInfo(Effect.PLAIN)
    assert SIBLINGS.second(["password", "x"], plain).rule == "name.password"
    assert SIBLINGS.second(["password", "token"], plain) is None
    assert SIBLINGS.second(["password", "x", "y"], plain) is None
    assert SIBLINGS.second(["password", "x"], NAMES.of("grant_types")) is None


@pytest.mark.parametrize(
    "vault",
    [vault for vault in DEFAULT_NAMES.vaults if vault.goes != "bound"],
    ids=lambda vault: f"{vault.name}, {vault.beside}",
)
def test_some_objects_are_told_by_what_stands_beside_them(vault):
    """With their sibling, and not without."""
    key, beside = vault.name.replace(" ", "_"), vault.beside.replace(" ", "_")
    info = NAMES.of(key)
    for says in vault.says or {"x"}:
        told = {says.replace(" ", "_"): 1} if " " in says else says
        assert SIBLINGS.meaning(info, None, {key: "x", beside: told}, oauth=False).rule == "name.vault"
    if vault.says:
        assert SIBLINGS.meaning(info, None, {key: "x", beside: "x"}, oauth=False).rule != "name.vault"
    assert SIBLINGS.meaning(info, None, {key: "x"}, oauth=False).rule != "name.vault"


@pytest.mark.parametrize(
    ("words", "places"),
    [
        (["serve", "--token", "x", "--port", "80", "-p", "y"], [2]),
        (["--password", "x", "--api-key", "y"], [1, 3]),
        (["--password", "--user", "alice"], []),
        (["--password=x", "--user=alice"], []),
        (["--password-policy", "x", "--token"], []),
        (["password", "x", "y"], []),
        (["--token", 7, None, {}], []),
    ],
)
def test_an_option_of_a_command_names_the_word_behind_it(words, places):
    """Where it is one, and the word no option itself."""
    assert sorted(SIBLINGS.options(words)) == places


def test_an_option_that_has_its_value_names_nothing():
    """`["--password=x", "--user=alice"]` is no pair."""
    plain = NameInfo(Effect.PLAIN)
    assert SIBLINGS.second(["--password", "x"], plain).rule == "name.password"
    assert SIBLINGS.second(["--password=x", "--user=alice"], plain) is None


@pytest.mark.parametrize(
    ("query", "secret"),
    [
        ("mutation ($p: String!) { login(user: $u, password: $p) { id } }", ["p"]),
        ("mutation { a(newPassword: $one, pin : $two, passwordPolicy: $three) { id } }", ["one", "two"]),
        ("query ($password: String) { user(name: $password) { id } }", []),
        (7, []),
    ],
)
def test_variables_are_what_their_arguments_are(query, secret):
    """Those of GraphQL, which its query binds; their own names are judged by themselves."""
    obj = {"query": query, "variables": {}}
    bound = SIBLINGS.bound(obj, NAMES.of("variables"))
    assert list(bound) == secret
    assert all(info.secret for info in bound.values())
    assert not SIBLINGS.bound(obj, NAMES.of("query"))
    assert SIBLINGS.meaning(NAMES.of("variables"), None, obj, oauth=False).effect is Effect.PLAIN


@pytest.mark.parametrize(
    ("array", "is_pair"),
    [
        (["UPDATE_PASSWORD", "CONFIGURE_RECOVERY"], False),
        (["password", "idv_preregistered_phone"], False),
        (["users/password/update", "users/inviteGuest"], False),
        (["users/password/update", "correct-horse-1"], True),
        (["password", "correcthorse"], True),
    ],
)
def test_two_names_of_a_kind_are_a_list(array, is_pair):
    """Of actions, permissions, methods; words that could be a password are one."""
    assert (SIBLINGS.second(array, NameInfo(Effect.PLAIN)) is not None) is is_pair


def test_pairs_among_pairs_are_pairs():
    """Whatever the second one looks like."""
    pairs = [["user", "alice"], ["password", "correct_horse"]]
    assert SIBLINGS.pairs(pairs)
    assert SIBLINGS.named(pairs[1]).secret
    assert not SIBLINGS.pairs([["a", "b", "c"], ["d", "e", "f"]])
