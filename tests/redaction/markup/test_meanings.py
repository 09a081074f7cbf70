"""What names mean in markup."""

import pytest

from captured_exchanges.redaction.markup.meanings import Meanings
from captured_exchanges.redaction.markup.table import DEFAULT_MARKUP
from captured_exchanges.redaction.names import Effect, Names, Pair

MEANINGS = Meanings(Names(), DEFAULT_MARKUP)


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("wsse:Password", Effect.SUBTREE),
        ("a:b:clientSecret", Effect.SUBTREE),
        (":token", Effect.SCALAR),
        ("xmlns:token", Effect.KNOWN),
        ("xmlns", Effect.KNOWN),
        ("ds:SignatureValue", Effect.SCALAR),
        ("__VIEWSTATE", Effect.SCALAR),
        ("ds:Signature", Effect.CONTAINER),
        ("ds:DigestValue", Effect.KNOWN),
        ("D", Effect.BESIDE),
        ("Modulus", Effect.TRIGGER),
        ("passwordChanged", Effect.ABOUT),
        ("name", Effect.KNOWN),
        ("x" * 2_000, Effect.SCALAR),
    ],
)
def test_prefixes_say_nothing(name, effect):
    """Nor does the case of a name."""
    assert MEANINGS.of(name).effect is effect


@pytest.mark.parametrize(
    ("said", "effect"),
    [
        ("p&#97;ssword", Effect.SUBTREE),
        ("pass&shy;word", Effect.SUBTREE),
        (" Password: ", Effect.SUBTREE),
        ("&mine;", Effect.SCALAR),
        ("a &amp; b", Effect.PLAIN),
        ("a&b=c", Effect.PLAIN),
        ("password " * 30, Effect.PLAIN),
        ("[REDACTED:name.password]", Effect.PLAIN),
        ("", Effect.PLAIN),
    ],
)
def test_what_a_text_names_is_read_through_references(said, effect):
    """One that only a DTD could resolve makes it unreadable, and so a secret."""
    assert MEANINGS.named(said).effect is effect


def test_some_attributes_name_what_an_element_holds():
    """As those of pairs do."""
    assert MEANINGS.of("autocomplete").pair is Pair.NAME
    assert MEANINGS.words("x:autoComplete") == "auto complete"


def test_decisions_are_remembered_within_bounds():
    """Long names are not."""
    meanings = Meanings(Names(), DEFAULT_MARKUP)
    for number in range(20_000):
        meanings.of(f"name{number}")
    meanings.of("y" * 500)
    assert len(meanings._known) <= 16_384
    assert "y" * 500 not in meanings._known
