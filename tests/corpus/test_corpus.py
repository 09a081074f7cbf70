"""The corpus: exchanges as real APIs have them. Secrets go, identities stay, in every spelling."""

import gzip
import json
import random

import pytest

from captured_exchanges.redaction import Redactor
from corpus import cases
from corpus.looking import wrongs
from corpus.planting import Nested, Plant, Spelled
from support.examples import CHANCE, SOAK
from support.redaction_exchanges import exchange


def _both(spell):
    """Both bodies, where they are JSON, spelled otherwise."""

    def spelled(said):
        parts = [part for part in ("sent", "received") if isinstance(said.get(part), (dict, list))]
        return {**said, **{part: spell(said[part]) for part in parts}}

    return spelled


def _bytes(dumped):
    return _both(lambda value: Spelled(dumped(value), value))


def _headers(said, name):
    return {
        **said,
        "headers": [(name(key), value) for key, value in said.get("headers", ())],
        "answer_headers": [(name(key), value) for key, value in said.get("answer_headers", ())],
    }


def _typed(media_type):
    def spelled(said):
        types = {"sent_type": media_type, "received_type": media_type}
        types = {part: kind for part, kind in types.items() if isinstance(said.get(part[:-5]), (dict, list))}
        return {**said, **types}

    return spelled


def _zipped(said):
    if not isinstance(said.get("received"), (dict, list)):
        return said
    data = gzip.compress(json.dumps(said["received"]).encode())
    headers = [*said.get("answer_headers", ()), ("content-encoding", "gzip")]
    return {**said, "received": Spelled(data, said["received"]), "answer_headers": headers}


SPELLINGS = {
    "as sent": lambda said: said,
    "indented": _bytes(lambda value: json.dumps(value, indent=2).encode()),
    "escaped": _bytes(lambda value: json.dumps(value).replace("/", "\\/").encode()),
    "HTTP/2": lambda said: _headers(said, str.lower),
    "with a charset": _typed("application/json; charset=utf-8"),
    "called text": _typed("text/plain"),
    "compressed": _zipped,
    "in a list": _both(lambda value: [{"id": 1}, value]),
    "in a JSON string": _both(lambda value: {"eventId": 1, "message": Nested(value)}),
}


WRAPPED = {"in a list", "in a JSON string"}


@pytest.fixture(scope="module")
def redactor():
    """One for all, as in a process: what one exchange teaches must destroy nothing in another."""
    return Redactor()


@pytest.mark.parametrize("name", cases.ALL)
def test_secrets_go_and_identities_stay(name, redactor):
    """Of a real exchange the planted secrets go, and nothing else: as sent, and spelled in some other ways (in
    all of them under SOAK=1).
    """
    others = [spelling for spelling in SPELLINGS if spelling != "as sent"]
    if not SOAK:
        others = random.Random(name).sample(others, 2)
    for spelling in ("as sent", *others):
        seed = CHANCE.getrandbits(32)
        plant = Plant(seed)
        made = cases.ALL[name](plant)
        said = [_spelled(one, spelling) for one in (made if isinstance(made, list) else [made])]
        found = [
            wrong for one in said for wrong in wrongs(one, redactor.redact(exchange(**one)), plant.secrets)
        ]
        assert found == [], f"{spelling}, seed {seed}"
    assert redactor.failures() == {}


def _spelled(said, spelling):
    plain = {part: value for part, value in said.items() if part != "whole"}
    return plain if said.get("whole") and spelling in WRAPPED else SPELLINGS[spelling](plain)
