"""The table of directories: each of its rows decides something."""

from dataclasses import fields

import pytest

from captured_exchanges.redaction import Redactor
from captured_exchanges.redaction.names import DEFAULT_LDAP, LdapTable
from support.redaction_exchanges import fresh_secret
from support.redaction_ldap import ldap, sid, values_of, without

REDACTOR = Redactor()
CERTIFICATE = bytes.fromhex("3082010030820080ff")
SID = sid(21, 1, 2, 3, 500)
BYTES_OF = {
    "guids": bytes(range(240, 256)),
    "uuids": bytes(range(240, 256)),
    "sids": SID + b"",
    "encoded": CERTIFICATE,
}
SHOWN_AS = {
    "guids": "f3f2f1f0-f5f4-f7f6-f8f9-fafbfcfdfeff",
    "uuids": "f0f1f2f3-f4f5-f6f7-f8f9-fafbfcfdfeff",
    "sids": "S-1-5-21-1-2-3-500",
    "encoded": {"type": "base64", "value": "MIIBADCCAID/"},
}


def rows(*names):
    return [(name, value) for name in names for value in sorted(getattr(DEFAULT_LDAP, name))]


def kept(attribute, value, redactor=REDACTOR):
    return values_of(redactor.redact(ldap(entries=[{attribute: [value]}])), attribute)[0]


@pytest.mark.parametrize(("row", "attribute"), rows("secret"))
def test_a_secret_attribute_goes_by_its_row(row, attribute):
    """In whatever case, as text and as bytes; without the row it goes by a general rule, or stays."""
    secret = fresh_secret()
    for spelled, value in ((attribute, secret), (attribute.swapcase(), secret.encode())):
        assert kept(spelled, value).startswith(f"[REDACTED:ldap.{attribute.lower()}:")
    assert "ldap." not in kept(attribute, secret, Redactor(without(row, attribute)))


@pytest.mark.parametrize(("row", "tail"), rows("secret_tails"))
def test_a_tail_makes_an_attribute_secret(row, tail):
    """Every directory has a history of its own."""
    secret = fresh_secret()
    assert kept(f"acme{tail}", secret).startswith(f"[REDACTED:ldap.{tail.lower()}:")
    assert "ldap." not in kept(f"acme{tail}", secret, Redactor(without(row, tail)))


@pytest.mark.parametrize(("row", "attribute"), rows("kept"))
def test_what_only_sounds_secret_stays(row, attribute):
    """Times, counts and policies; without the row it would go."""
    assert kept(attribute, "20240101000000Z") == "20240101000000Z"
    assert kept(attribute, "20240101000000Z", Redactor(without(row, attribute))).startswith("[REDACTED:")


@pytest.mark.parametrize(("row", "oid"), rows("oids"))
def test_an_object_identifier_is_an_attribute(row, oid):
    """What its name means it means, with and without `OID.`."""
    name = DEFAULT_LDAP.oids[oid]
    value = next(
        (data for form, data in BYTES_OF.items() if name in getattr(DEFAULT_LDAP, form)), b"\xff" * 9
    )
    assert kept(f"{oid};binary", value) == kept(name, value)
    assert kept(f"OID.{oid}", value) == kept(name, value)
    without_row = kept(oid, value, Redactor(without(row, oid)))
    assert without_row == {"type": "omitted", "reason": "binary", "size": without_row["size"]}


@pytest.mark.parametrize(("row", "attribute"), rows("settings"))
def test_settings_lose_their_credential_alone(row, attribute):
    """What stands around it stays."""
    secret = fresh_secret()
    value = f'{{0}}rid=1 provider=ldap://h.example.test binddn="cn=r" credentials="a {secret}" scope=sub'
    shown = kept(attribute, value)
    assert secret not in shown
    assert shown.startswith('{0}rid=1 provider=ldap://h.example.test binddn="cn=r" credentials=[REDACTED:')
    assert shown.endswith("] scope=sub")
    assert secret in kept(attribute, value, Redactor(without(row, attribute)))


@pytest.mark.parametrize(("row", "name"), rows("setting_names"))
def test_a_credential_among_settings_has_a_name(row, name):
    """Without the row it goes by a general rule, or stays; the same in an LDAP URL."""
    value = f"bindmethod=simple {name}={fresh_secret()}"
    assert f"{name}=[REDACTED:ldap.setting:" in kept("olcSyncrepl", value)
    assert "ldap." not in kept("olcSyncrepl", value, Redactor(without(row, name)))
    url = f"ldap://h.example.test/dc=x????{name}={fresh_secret()}"
    assert f"{name}=[REDACTED:ldap.url:" in kept("ref", url)
    assert "ldap." not in kept("ref", url, Redactor(without(row, name)))


@pytest.mark.parametrize(("row", "attribute"), rows(*BYTES_OF))
def test_bytes_have_the_form_that_people_know(row, attribute):
    """Identities and certificates stay readable; without the row they would be left out as binary."""
    assert kept(attribute, BYTES_OF[row]) == SHOWN_AS[row] == kept(attribute.lower(), BYTES_OF[row])
    without_row = kept(attribute, BYTES_OF[row], Redactor(without(row, attribute)))
    assert without_row["type"] == "omitted"


def test_every_row_is_looked_at_here():
    """A new field of the table has to be tested too."""
    tested = {"secret", "secret_tails", "kept", "oids", "settings", "setting_names", *BYTES_OF}
    assert tested == {field.name for field in fields(LdapTable)}
