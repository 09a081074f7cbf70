"""Distinguished names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.transports.ldap.names import DistinguishedNames
from support.examples import EXAMPLES
from support.redaction_exchanges import secrets, sweep
from support.redaction_ldap import ATTRIBUTES

NAMES = DistinguishedNames(ATTRIBUTES)
_MARKER = compiled(MARKER)


def shown(name):
    return _MARKER.sub(lambda _: "*gone*", NAMES.redact(name, sweep(), ("dn",)))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "cn=alice,dc=example,dc=test",
        r"CN=Smith\, Bob (Admin),OU=Token Admins,OU=Secrets,DC=example,DC=test",
        "cn=a+uid=b, o=c ; c=DE",
        r"cn=\28x\29\c3\a9",
        'cn="a,b",o=c',
        "DOMAIN\\alice",
        "alice@example.test",
        "u:alice",
        "<GUID=0123>",
        "cn=a=b",
        "pwdPolicySubentry=x,cn=y",
        "cn=\\",
        'cn="',
        ",,,",
        "OID.2.5.4.3=x",
        "#",
        "no name at all",
    ],
)
def test_a_name_without_a_secret_stays_by_the_byte(name):
    """Escapes, quotes, spaces and whatever a bind takes for a name."""
    assert NAMES.redact(name, sweep(), ()) == name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("userPassword=abc,dc=x", "userPassword=*gone*,dc=x"),
        ("cn=a+userPassword=abc,dc=x", "cn=a+userPassword=*gone*,dc=x"),
        ("cn=a + userPassword = abc , dc=x", "cn=a + userPassword = *gone*, dc=x"),
        (r"2.5.4.35=a\,b\2cc,dc=x", "2.5.4.35=*gone*,dc=x"),
        ("oid.2.5.4.35=abc;dc=x", "oid.2.5.4.35=*gone*;dc=x"),
        ('userPassword="a,b+c",dc=x', "userPassword=*gone*,dc=x"),
        ("userPassword=a,b,dc=x", "userPassword=*gone*,dc=x"),
        ("userPassword=a+b,dc=x", "userPassword=*gone*,dc=x"),
        ("userPassword=a=b,dc=x", "userPassword=*gone*,dc=x"),
        ("dc=x,unicodePwd=abc", "dc=x,unicodePwd=*gone*"),
        ("apiKey=abc,dc=x", "apiKey=*gone*,dc=x"),
        ("userPassword=,dc=x", "userPassword=,dc=x"),
        ('userPassword="abc,dc=x', "userPassword=*gone*,dc=x"),
    ],
)
def test_a_secret_attribute_loses_its_value(name, kept):
    """And nothing else changes."""
    assert shown(name) == kept


@given(
    secrets,
    st.sampled_from(["", "\\,", "\\2c", ",", "+", " "]),
    st.sampled_from(["cn=a,", "cn=a+", "o=b ; "]),
)
@settings(max_examples=EXAMPLES)
def test_no_planted_secret_survives_in_a_name(secret, joint, before):
    """However its characters are escaped, or not; and once is enough."""
    name = f"{before}userPassword={secret}{joint}{secret},dc=x"
    once = NAMES.redact(name, sweep(), ())
    assert secret not in once
    assert once.startswith(before)
    assert once.endswith(",dc=x")
    assert NAMES.redact(once, sweep(), ()) == once


@given(st.text(st.sampled_from('=,;+\\"# ab2.userPassword\0é\n')))
@settings(max_examples=EXAMPLES)
def test_no_text_raises_and_none_without_a_secret_changes(text):
    """Put together again, a name is what it was."""
    kept = NAMES.redact(text, sweep(), ())
    assert kept == text or "REDACTED" in kept
