# ruff: noqa: E501 - a case is a line
"""Markup as a whole: from a text to the text without its credentials."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction import Redactor
from support.examples import EXAMPLES
from support.redaction_exchanges import documents, exchange, fresh_secret, response_of, secrets, survives
from support.redaction_markup import HTML_PLACES, MARKUP_PLACES, XML_PLACES, redacted, scanned

REDACTOR = Redactor()
WHO = "alice.smith"


@pytest.mark.parametrize("place", MARKUP_PLACES)
def test_a_secret_goes_and_the_identity_beside_it_stays(place):
    """In a whole body."""
    secret = fresh_secret()
    kept = redacted(MARKUP_PLACES[place](secret, WHO))
    assert not survives(secret, kept.encode())
    assert WHO in kept
    assert redacted(kept) == kept


@pytest.mark.parametrize("place", MARKUP_PLACES)
def test_a_secret_goes_from_markup_inside_of_json(place):
    """In a string of a JSON body, alone and in the middle of a sentence."""
    secret = fresh_secret()
    text = MARKUP_PLACES[place](secret, WHO)
    for content in (
        {"m": text},
        {"m": f"failed: {text} (see log)"},
        {"m": json.dumps({"n": text}, ensure_ascii=False)},
    ):
        kept = documents(REDACTOR.redact(exchange(received=content)))
        assert not survives(secret, kept), text
        assert WHO.encode() in kept


@pytest.mark.parametrize("place", MARKUP_PLACES)
def test_a_secret_goes_from_a_body(place):
    """Whatever it is called, in UTF-16 too."""
    secret = fresh_secret()
    text = MARKUP_PLACES[place](secret, WHO)
    for media_type, content in (
        ("text/xml", text.encode()),
        ("", text.encode()),
        ("text/html", text.encode("utf-16")),
    ):
        document = REDACTOR.redact(exchange(received=content, received_type=media_type))
        assert not survives(secret, documents(document)), text
        body = response_of(document)["body"]
        assert body["type"] == "text"
        assert WHO in body["value"]


@given(
    secret=secrets,
    place=st.sampled_from(sorted(MARKUP_PLACES)),
    before=st.sampled_from(["", "<html><body>", "<a><b><c>", "<x y='z'>", "<!-- c -->", "text ", "<ul><li>"]),
    after=st.sampled_from(["", "</body></html>", "</c></b></a>", " text", "<p>", "</nobody>", "&nbsp;"]),
)
@settings(max_examples=EXAMPLES)
def test_a_secret_goes_wherever_its_place_stands(secret, place, before, after):
    """What stands around a place changes nothing; what has been redacted stays as it is."""
    kept = redacted(before + MARKUP_PLACES[place](secret, WHO) + after)
    assert not survives(secret, kept.encode())
    assert WHO in kept
    assert kept.startswith(before)
    assert redacted(kept) == kept


@given(
    secret=secrets,
    place=st.sampled_from(
        sorted(set(XML_PLACES) - {"a field, value first", "a tag that was never opened", "XStream"})
    ),
    at=st.floats(0, 1),
)
@settings(max_examples=EXAMPLES)
def test_a_cut_never_bares_a_secret(secret, place, at):
    """Wherever the end of a body is missing, no more than its last few characters can be of a secret."""
    text = XML_PLACES[place](secret, WHO)
    kept = redacted(text[: int(at * len(text))], is_cut=True)
    assert secret[:10] not in kept


_fragments = st.lists(
    st.sampled_from(
        ["<a>", "</a>", "<password>", "</password>", "<a ", "b=", '"', "'", ">", "<", "/>", "<!--", "-->", "<![CDATA[",
         "]]>", "<?", "?>", "<!DOCTYPE a [", "<!ENTITY x '", "]>", "&#112;", "&amp;", "&", "&#", "x", "password", "=",
         "hunter2aB3", " ", "\n", "<td>", "<tr>", "<table>", "</table>", "<script>", "</script>", "<name>", "</name>",
         "<value>", "name=", "value=", "<input ", "<label>", "</label>", '\\"', "é", "密码", "\x00", "\ud800", "{", "}",
         '"password":', "https://bob:", "@x.test/", "[REDACTED:name.password]", "<key>", "</key>", "<string>", "is "]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(_fragments | st.text(st.characters(), max_size=60))
@settings(max_examples=EXAMPLES)
def test_nothing_raises_and_nothing_is_redacted_twice(text):
    """For any text whatever, whole or cut."""
    once = redacted(text)
    assert redacted(once) == once
    redacted(text, is_cut=True)
    once = scanned(text)
    assert scanned(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "<p>Reset your password</p>",
        '<form action="/login"><label for="p">Password</label><input type="password" name="password"></form>',
        "<a><passwordChanged>2024-01-01T00:00:00Z</passwordChanged><passwordPolicy>strong</passwordPolicy></a>",
        "<user xmlns='urn:x'  id = '00u1abcd2EFGH3ijkl4x7'\n><name>Al &amp; Bob</name ><br/>é&eacute;&#233;</user>",
        '<a href="https://x.test/?page_token=abc&amp;x=1">next</a>',
        "<NextToken>CAUQAA1b2c3d4e5f6g7h8i9j0</NextToken><nextPageToken>abcDEF123456789012345</nextPageToken>",
        "<permissions><secrets>read</secrets><password>write</password></permissions>",
        "<credentials><provider><type>OKTA</type></provider></credentials>",
        '<meta name="csrf-param" content="authenticity_token">',
        "<roles><role>Password Administrator</role><role>Token Manager</role></roles>",
        "<table><tr><th>Password</th><th>Role</th></tr></table>",
        "<tr><td>Password</td><td>Reset</td></tr>",
        '<xs:element name="password" type="xs:string"/><wsdl:part name="token" type="x"/>',
        "<signature>Best regards, Bob</signature><artifactId>core</artifactId><artifact>core.jar</artifact>",
        "<password xsi:nil='true'/><Password></Password><token> </token><password>true</password>",
        "<AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId><Owner><ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeeb</ID></Owner>",
        "<div id='password-help'>It must have <b>eight</b> letters. Tokens expire.</div>",
        "<select name='grant_type'><option value='password'>Password</option></select>",
        "1 < 2 and a <b and c> 3",
        "<html><head><title>Sign in</title><style>.password { color: red }</style></head></html>",
    ],
)  # fmt: skip
def test_what_only_speaks_of_secrets_stays_byte_for_byte(text):
    """Prose, forms, policies, permissions, cursors, and every odd spelling of markup around them."""
    assert redacted(text) == text
    assert scanned(text) == text


def test_every_byte_around_a_secret_stays():
    """Spaces, quotes, references, comments and the kind of line ends."""
    text = (
        "<?xml version='1.0'?>\r\n<!-- é -->\r\n<a  b = 'x&#233;' c=y>\r\n\t<PassWord\ttype='1' >\r\n {} \r\n"
        "</PassWord ><d>&amp;&lt; ü</d><e f='{}'/></a>\r\n"
    )
    kept = redacted(text.format("hunter", "token=hunter7"))
    assert kept == text.format("[REDACTED:name.password]", "token=[REDACTED:text.token]")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("use <password> here", "use <password> here"),
        ("see <https://x.test/token/>; rel=next", "see <https://x.test/token/>; rel=next"),
        ("Alice <alice@x.test>", "Alice <alice@x.test>"),
        ("mysql -u <user> -p <password>", "mysql -u <user> -p <password>"),
    ],
)
def test_angle_brackets_in_prose_are_no_markup(text, kept):
    """Placeholders and addresses."""
    assert scanned(text) == kept


def test_what_is_removed_is_told_by_its_rule():
    """A marker says which name it was."""
    secret = fresh_secret()
    assert "[REDACTED:name.nonce:" in redacted(f"<wsse:Nonce>{secret}</wsse:Nonce>")
    assert "[REDACTED:name.view_state:" in redacted(HTML_PLACES["hidden fields"](secret, WHO))


@pytest.mark.parametrize("behind", ["", "<na", "<name", "<name>smtp_pass"])
def test_a_value_before_its_name_goes_at_a_cut(behind):
    """Its name may stand behind the cut."""
    secret = fresh_secret()
    assert secret not in redacted(f"<a><property><value>{secret}</value>{behind}", is_cut=True)


@pytest.mark.parametrize(
    "cut", ["<value>{0}</value></a>", "<value>{0}</value><value>{0}</value>", "<value>alice</value>"]
)
def test_other_values_before_a_cut_stay(cut):
    """Those of elements that have ended, of lists, and words."""
    text = "<a>" + cut.format(fresh_secret())
    assert redacted(text, is_cut=True) == text


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quote_that_is_never_closed_hides_no_tag(quote):
    """What follows it is read as a tag."""
    secret = fresh_secret()
    text = f"<p title={quote}a><input name={quote}password{quote} value={quote}{secret}{quote}></p>"
    assert secret not in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        '<a"{}>x</a>',
        '<a>x</a"{}>',
        '</"{}== x',
        "<a:{}/>",
        "<a {}='b'>",
        "<{} b='c'>",
        "<x {} b='c'>",
        "<{} x y>",
    ],
)
def test_a_name_that_is_none_is_a_text(text):
    """In a tag that begins or ends something, or is broken."""
    hidden = base64.b64encode(f'{{"password":"{fresh_secret()}"}}'.encode()).decode().rstrip("=")
    for secret in (hidden, "ghp_" + fresh_secret(length=36)):
        assert secret not in redacted("<r><b>alice</b>" + text.format(secret))


@pytest.mark.parametrize("tail", ["", "<", "</", "</Sec"])
def test_an_element_that_is_a_secret_goes_up_to_a_cut(tail):
    """Although its name reads like that of a name, too, of which half would say nothing."""
    kept = redacted(f"<a><SecretAccessKey>hunter2{tail}", is_cut=True)
    assert "hunter2" not in kept


def test_a_half_token_at_a_cut_goes():
    """Too short for its family, but cut."""
    assert "ghp_" not in redacted("<a><b>alice</b><c>ghp_aB3dE9xY7q", is_cut=True)
    assert redacted("<a><b>alice</b><c>somebody", is_cut=True) == "<a><b>alice</b><c>somebody"
