"""LDAP URLs."""

import pytest

from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.transports.ldap.filters import Filters
from captured_exchanges.redaction.transports.ldap.names import DistinguishedNames
from captured_exchanges.redaction.transports.ldap.urls import LdapUrls
from support.redaction_exchanges import sweep
from support.redaction_ldap import ATTRIBUTES, TEXT

URLS = LdapUrls(ATTRIBUTES, TEXT, DistinguishedNames(ATTRIBUTES), Filters(ATTRIBUTES, TEXT))
_MARKER = compiled(r"(?i)%5B[^%]*%5D|" + MARKER)


def shown(text):
    return _MARKER.sub(lambda _: "*gone*", URLS.scan(text, sweep(), ("ref",)))


@pytest.mark.parametrize(
    "url",
    [
        "ldap://ldap.example.test",
        "ldaps://h.example.test:636/OU=Token%20Admins,DC=example,DC=test",
        "ldap:///dc=x??sub?(&(uid=bob)(objectClass=*))",
        "ldap://h.example.test/dc=x?cn,sn?one?(cn=%2a)?!bindname=cn=x%2cdc=y",
        "ldapi://%2fvar%2frun%2fldapi/????x-mod=1",
        "see ldap://h.example.test/dc=x for more",
    ],
)
def test_a_url_without_a_secret_stays_by_the_byte(url):
    """Names of hosts, entries and binds are identities."""
    assert URLS.scan(url, sweep(), ()) == url


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (
            "ldap://h.example.test/dc=x??sub?(userPassword=abc)",
            "ldap://h.example.test/dc=x??sub?(userPassword=*gone*)",
        ),
        (
            "ldap://h.example.test/dc=x??sub?%28%26(cn=a)(userPassword=abc)%29?!bindname=cn=r",
            "ldap://h.example.test/dc=x??sub?(&(cn=a)(userPassword=*gone*))?!bindname=cn=r",
        ),
        (
            "ldap://h.example.test/dc=x????bindname=cn=r,!x-bindpw=abc",
            "ldap://h.example.test/dc=x????bindname=cn=r,!x-bindpw=*gone*",
        ),
        ("ldap://h.example.test/dc=x????password=abc", "ldap://h.example.test/dc=x????password=*gone*"),
        ("ldap://h.example.test/userPassword=abc,dc=x", "ldap://h.example.test/userPassword=*gone*,dc=x"),
        (
            "ldap://h.example.test/dc=x????!bindname=userPassword=abc%2cdc=y",
            "ldap://h.example.test/dc=x????!bindname=userPassword=*gone*,dc=y",
        ),
    ],
)
def test_names_filters_and_extensions_are_redacted_as_such(url, kept):
    """Percent-encoded or not."""
    assert shown(url) == kept


def test_userinfo_goes():
    """As of any URL."""
    kept = shown("ldap://bob:hunter22@h.example.test/dc=x")
    assert "hunter22" not in kept
    assert kept.endswith("h.example.test/dc=x")
    assert "hunter22" not in shown("see ldap://bob:hunter22@h.example.test/dc=x")
