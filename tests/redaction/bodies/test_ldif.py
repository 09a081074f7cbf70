"""Bodies of LDIF."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.bodies.ldif import Ldif
from captured_exchanges.redaction.bodies.piece import Piece
from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from support.examples import EXAMPLES
from support.redaction_exchanges import secrets, sweep
from support.redaction_ldap import ATTRIBUTES, TEXT, wide

LDIF = Ldif(TEXT, ATTRIBUTES)
_MARKER = compiled(MARKER)


def kept(text, *, is_cut=False):
    content = LDIF.read(Piece(text, "text/plain", sweep(), ("body", "value"), is_cut=is_cut))
    return None if content is None else _MARKER.sub(lambda _: "*gone*", content["value"])


def encoded(data):
    return base64.b64encode(data).decode()


PLAIN = f"""\
version: 1
# exported by hand

dn: uid=alice,ou=Secrets,dc=example,dc=test
objectClass: person
cn:: {encoded("Ålice".encode())}
description: The password administrator resets what is
  forgotten; nobody else may.
jpegPhoto:: {encoded(bytes(range(128, 200)))}
pwdChangedTime: 20240101000000Z
seeAlso:< file:///tmp/x

dn: uid=bob,dc=example,dc=test
changetype: modify
delete: mail
-
"""


def test_without_a_secret_it_stays_by_the_byte():
    """Folded lines, base64, comments; with either end of lines."""
    assert kept(PLAIN) == PLAIN
    assert kept(PLAIN.replace("\n", "\r\n")) == PLAIN.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("userPassword: abc", "userPassword: *gone*"),
        (f"userPassword:: {encoded(b'abc')}", "userPassword: *gone*"),
        (f"2.5.4.35;lang-de:: {encoded(b'abc')}", "2.5.4.35;lang-de: *gone*"),
        (f"unicodePwd::{encoded(wide('abc'))}", "unicodePwd: *gone*"),
        ("userPassword: a\n bc\n  def", "userPassword: *gone*"),
        (f"userPassword:: {encoded(b'a' * 90)[:40]}\n {encoded(b'a' * 90)[40:]}", "userPassword: *gone*"),
        ("userPassword:: broken!", "userPassword: *gone*"),
        ("description: password=hunter22", "description: password=*gone*"),
        (f"description:: {encoded(b'password=hunter22')}", "description: password=*gone*"),
        ("# password=hunter22", "# password=*gone*"),
        ("dn: userPassword=hunter22,dc=x", "dn: userPassword=*gone*,dc=x"),
        ("userPassword:", "userPassword:"),
    ],
)
def test_a_secret_attribute_loses_its_value(line, shown):
    """However it is written."""
    assert kept(f"dn: cn=a\n{line}\ncn: b\n") == f"dn: cn=a\n{shown}\ncn: b\n"


@pytest.mark.parametrize(
    "text", ["", "cn: a\ndn: b", "dn:", "user: bob\npassword: x", "dn is a name", '{"dn": 1}']
)
def test_what_is_no_ldif_is_read_by_others(text):
    """It begins with the name of an entry."""
    assert kept(text) is None


def test_of_a_cut_one_the_last_line_goes():
    """Who knows what it was going to say."""
    assert kept("dn: cn=a\ncn: b\nuserPassword:: aGVs\n bG8", is_cut=True) == "dn: cn=a\ncn: b\n"


@given(
    secrets,
    st.sampled_from(["userPassword", "unicodePwd", "2.5.4.35", "apiKey"]),
    st.integers(1, 30),
    st.booleans(),
)
@settings(max_examples=EXAMPLES)
def test_no_planted_secret_survives(secret, attribute, width, in_base64):
    """Folded anywhere; its text is learned for what else is said of it; once is enough."""
    value = f"{attribute}:: {encoded(wide(secret))}" if in_base64 else f"{attribute}: {secret}"
    start = len(attribute) + 3
    rest = value[start:]
    folded = value[:start] + "\n ".join(rest[at : at + width] for at in range(0, len(rest), width))
    seen = sweep()
    text = f"dn: cn=a\n{folded}\ncn: b\n"
    shown = LDIF.read(Piece(text, "", seen, ()))["value"]
    assert shown.startswith(f"dn: cn=a\n{attribute}: [REDACTED:")
    assert shown.endswith("]\ncn: b\n")
    assert list(seen.learned) == [secret]
    assert LDIF.read(Piece(shown, "", seen, ()))["value"] == shown


@given(st.text(st.sampled_from("dn: =\n\r\t#a-userPassword:<;2.5\0é")))
@settings(max_examples=EXAMPLES)
def test_no_text_raises(text):
    """Whatever begins like LDIF."""
    assert isinstance(kept(f"dn: a\n{text}"), str)
