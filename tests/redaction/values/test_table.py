"""The table of value families."""

import random

import pytest

from captured_exchanges.redaction import Redactor
from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.values.families import Families
from captured_exchanges.redaction.values.table import FAMILIES, example
from support.examples import CHANCE

MEMBERS = [
    pytest.param(family, template, id=f"{family.name}-{at}-{number}")
    for at, family in enumerate(FAMILIES)
    for number, template in enumerate(family.templates)
]


@pytest.fixture(scope="module")
def redactor():
    return Redactor()


def secret_part(family, text):
    """What of an example is the secret."""
    match = family.compile().search(text)
    return match[1] if family.compile().groups else match[0]


def member(family, template):
    """A fresh member that its row takes: one in a hundred of the shortest looks like a word by chance."""
    while True:
        text = example(template, CHANCE)
        if family.accept is None or family.accept(secret_part(family, text)):
            return text


@pytest.mark.parametrize(("family", "template"), MEMBERS)
def test_each_row_is_found_behind_its_own_gate(family, template):
    """A member has one of its gates in it, and the row's pattern and predicate take it."""
    for seed in range(10):
        text = example(template, random.Random(seed))
        secret = secret_part(family, text)
        assert family.accept is None or family.accept(secret)
        assert not family.gates or any(gate in text.lower() for gate in family.gates)


@pytest.mark.parametrize(("family", "template"), MEMBERS)
def test_each_row_removes_its_members_from_text(family, template, redactor):
    """A member in the middle of a sentence goes, and a second pass changes nothing."""
    text = f"see {member(family, template)} there"
    scrubbed = redactor.scrub(text)
    assert secret_part(family, text) not in scrubbed
    assert compiled(MARKER).search(scrubbed) is not None or "%5BREDACTED" in scrubbed
    assert redactor.scrub(scrubbed) == scrubbed


@pytest.mark.parametrize(("family", "template"), MEMBERS)
def test_a_row_alone_takes_its_members_out(family, template):
    """Nothing but the row itself is needed, and what it takes is the secret."""
    text = f"x {example(template, random.Random(5))} x"
    taken = []
    Families([family]).replace(text, lambda rule, value: taken.append((rule, value)) or "")
    assert taken == [(f"value.{family.name}", secret_part(family, text))]


@pytest.mark.parametrize(
    "template", [template for family in FAMILIES if family.sure for template in family.templates]
)
def test_the_verifier_knows_sure_members_and_no_marker(template, redactor):
    """A sure member is seen in finished bytes; its marker is not."""
    families = Families()
    text = f"x {example(template, random.Random(3))} x"
    assert families.survivor(text.encode())
    assert not families.survivor(redactor.scrub(text).encode())


IDENTITIES = [
    "123e4567-e89b-12d3-a456-426614174000",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "arn:aws:iam::123456789012:user/alice",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3",
    "S-1-5-21-3623811015-3361044348-30300820-1013",
    "CN=Alice Smith,OU=Users,DC=example,DC=test",
    "alice.smith@example.test",
    "00u1abcd2EFGH3ijkl4x7",
    "AKIAIOSFODNN7EXAMPLE",
    'W/"33a64df551425fcc55e4d42a148795d9f25f89d4"',
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq6vN7p0W alice@host",
    "-----BEGIN CERTIFICATE-----\nMIIBkTCB+wIJAKHHCgVZU\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIBkTCB+wIJAKHHCgVZU\n-----END PUBLIC KEY-----",
    "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
    "2024-01-01T00:00:00.000Z",
    "+1 415 555 0100",
    "eyJpZCI6MTIzNDU2Nzg5MH0=",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "https://example.test/users/00u1abcd2EFGH3ijkl4x7?after=abc&limit=200",
    "task-1234567890-abcdefghij-klmnop",
    "12345678901234567890123456789012345678901234",
]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_identities_belong_to_no_family(identity, redactor):
    """Ids, digests, keys made public, cursors, addresses of people and things stay as they are."""
    assert redactor.scrub(identity) == identity
    assert redactor.scrub(f"about {identity}, see there") == f"about {identity}, see there"
