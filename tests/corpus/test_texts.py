"""The corpus: what goes and what stays, case by case, in exchanges as real systems send them."""

import json

import pytest

from captured_exchanges.redaction import Redactor
from support.redaction_corpus import cases, planted
from support.redaction_exchanges import documents, survives

SEEDS = 1


def said(kept):
    """All that documents say: strings, names and numbers, whatever they are nested in."""
    documents = (json.loads(document) for document in kept.split(b"\n") if document)
    return "\n".join(text for document in documents for text in _texts(document))


def _texts(value):
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    else:
        yield value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_secrets_go_and_identities_stay(case):
    """Nothing of a secret is kept in any spelling; every identity reads as it was sent."""
    for seed in range(SEEDS):
        made = planted(case, seed)
        kept = documents(Redactor().redact(made.exchange))
        assert not [secret for secret in made.secrets if survives(secret, kept)], kept.decode()
        assert not [identity for identity in made.identities if identity not in said(kept)], kept.decode()
        if not made.secrets:
            assert b'"rule"' not in kept, kept.decode()


def test_every_case_has_a_name_of_its_own():
    """And plants something, or says that all of it stays."""
    names = [case.name for case in cases()]
    assert len(names) == len(set(names)) > 0
