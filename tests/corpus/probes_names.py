"""Probes of the table of names: for each field, exchanges in which one of its rows decides. See `probing`."""

from corpus.planting import Whole, asked, got, sent

RANDOM, WORD = "<a*30>7", "<l*12>"
"""A secret that looks random, and one that only its name gives away."""


def key(phrase):
    """A name in snake_case."""
    return phrase.replace(" ", "_")


def _stays(plant, name):
    return got({name: plant.id(RANDOM)})


def _stays_in_a_list_of_tokens(plant, name):
    return got({"tokens": {"items": [{"id": 1}], name: plant.id(RANDOM)}})


def _stays_among_credentials(plant, name):
    return got({"credentials": {"provider": {"type": "OKTA", name: plant.id(RANDOM)}}})


def _goes(plant, name):
    return got({"id": 7, name: plant(WORD)})


def _goes_as_a_whole(plant, name):
    return got({name: Whole({"algorithm": "x", "length": plant(WORD)})})


def _goes_where_it_looks_random(plant, name):
    return got({"id": 7, name: plant(RANDOM)})


def _pair(plant, name, value):
    return got([{name: "password", value: plant(WORD)}])


def _beside(plant, row):
    name, other = row
    return got({key(name): plant(WORD), key(other): None})


def _label(plant, verb):
    return got([{"name": f"{verb} password", "value": plant.id("<l*8>-<l*4>")}])


def _label_of_suspect(plant, verb):
    return got([{"name": f"{verb} authentication", "value": plant.id(RANDOM)}])


def _action(plant, verb):
    return got([{"type": f"{verb}_password", "data": plant.id("<l*8>-<l*4>")}])


def _table(plant, head):
    return got({key(head): ["id", "password"], "rows": [[1, plant(WORD)], [2, plant(WORD)]]})


def _vault(plant, vault, word=None):
    """`word` is what its sibling says, or a name in the object that it is."""
    word = word or next(iter(sorted(vault.says)), "aside")
    value = plant(RANDOM if vault.goes in {"random", "word"} else WORD)
    if vault.name in OBJECTS:
        value = {"value" if vault.goes == "values" else "user": value}
    said = {"true": True, "deletion time": {"deletion_time": "2024-01-01"}}.get(word, word)
    return got({key(vault.name): value, key(vault.beside): said})


def _variables(plant, vault):
    """A word in a variable that nothing but its argument names."""
    query = "mutation ($x: String) { setSecret(name: $y, clientSecret: $x) { id } }"
    return got({key(vault.name): {"x": plant(WORD), "y": "alice"}, key(vault.beside): query})


OBJECTS = {"data", "string data", "secure json data"}


def _later(plant, label):
    secret = plant(RANDOM)
    return [sent({label: secret}), got({"note": secret})]


def _later_than_a_login(plant, _label):
    secret = plant(RANDOM)
    return [
        asked("https://am.example.test/json/authenticate", received={"token_id": secret}),
        got({"note": secret}),
    ]


def _later_by_cookie(plant, _label):
    secret = plant(RANDOM)
    return [got({}, answer_headers=[("set-cookie", f"sid={secret}")]), got({"note": secret})]


SPELLED = [
    lambda plant, row: _goes(plant, key(row[1])),
    lambda plant, row: _goes(plant, row[1].replace(" ", "")),
    lambda plant, row: _goes(plant, row[1].capitalize()),
]
"""A phrase as a name, written without separators, and as a label."""
PROBES = {
    "names.pagination": [
        lambda plant, row: _stays(plant, key(row)),
        lambda plant, row: _stays_in_a_list_of_tokens(plant, key(row)),
    ],
    "names.benign": [
        lambda plant, row: _stays(plant, key(row)),
        lambda plant, row: _stays_among_credentials(plant, key(row)),
    ],
    "names.listed": SPELLED,
    "names.questions": [
        lambda plant, row: got({f"{row}_password": "maybe-not"}),
        lambda plant, row: got({f"password_{row}_noted": "maybe-not"}),
    ],
    "names.exempt_tails": [
        lambda plant, row: got({f"password_{row}": "some-thing"}),
        lambda plant, row: _stays_among_credentials(plant, f"x_{row}"),
    ],
    "names.known_tails": [
        _stays_among_credentials,
        lambda plant, row: _stays_among_credentials(plant, f"x_{row}"),
    ],
    "names.permissions": [lambda plant, row: got({row: {"password": "read"}})],
    "names.containers": [lambda plant, row: got({row: {"theirs": plant(RANDOM)}})],
    "names.suspects": [lambda plant, row: _goes_where_it_looks_random(plant, key(row[1]))],
    "names.neutral_tails": [lambda plant, row: _goes(plant, f"api_key_{row}")],
    "names.strong": [
        *SPELLED,
        lambda plant, row: _goes_as_a_whole(plant, key(row[1])),
    ],
    "names.scalar": SPELLED,
    "names.whole": SPELLED[:1],
    "names.beside": [_beside],
    "names.joined": [
        lambda plant, row: _goes(plant, f"{row}pwd"),
        lambda plant, row: _goes(plant, f"pwd{row}"),
        lambda plant, row: got({f"token_{row}": plant.id("<l*8>-<l*4>")}),
    ],
    "names.methods": [lambda plant, row: got({"amr": ["password", row]})],
    "names.endings": [lambda plant, row: _goes(plant, f"git{row}")],
    "names.harmless": [lambda plant, row: got({"token": row})],
    "names.label_verbs": [_label, _action, _label_of_suspect],
    "names.pair_names": [lambda plant, row: _pair(plant, row, "value")],
    "names.pair_labels": [lambda plant, row: _pair(plant, key(row), "value")],
    "names.pair_values": [lambda plant, row: _pair(plant, "name", row)],
    "names.pair_whole": [lambda plant, row: _pair(plant, "name", row)],
    "names.vaults": [lambda plant, row: (_variables if row.goes == "bound" else _vault)(plant, row)],
    "names.vaults.says": [lambda plant, row: _vault(plant, *row)],
    "names.lasting": [_later, _later_than_a_login, _later_by_cookie],
    "names.table_heads": [_table],
    "names.password_labels": [lambda plant, row: got({row: None, "salt": plant(WORD)})],
}
