"""Markup in text."""

import pytest

from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.text.markup import Markup

MARKUP = Markup(Names())


@pytest.mark.parametrize(
    "text",
    [
        "<a><password>x</password></a>",
        "<wsse:Password Type='x'>y</wsse:Password>",
        '<input type="hidden" name="csrf_token" value="x">',
        "<input name='password' value=x />",
        '<user password="x"/>',
        "<Secret><![CDATA[x]]></Secret>",
        '<entry key="client_secret">x</entry>',
        '<a password="x',
        "<key>Password</key><string>x</string>",
    ],
)
def test_markup_that_names_a_secret_goes(text):
    """By element, by attribute, by the name of a field."""
    assert MARKUP.rule(text).startswith("text.")


@pytest.mark.parametrize(
    "text",
    [
        "no markup",
        "1 < 2 and password > 3",
        "Alice <alice@x.test>",
        "use <password> here",
        "<p>Reset your password</p>",
        '<a href="https://x.test/?page_token=abc">next</a>',
        "<https://x.test/token/>; rel=next",
    ],
)
def test_other_text_stays(text):
    """Prose in markup, addresses and placeholders name nothing."""
    assert MARKUP.rule(text) == ""
