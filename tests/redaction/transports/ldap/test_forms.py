"""Forms of values."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.transports.ldap.forms import Forms, omitted, text_of
from support.examples import EXAMPLES
from support.redaction_ldap import ATTRIBUTES, GUID, sid

FORMS = Forms(ATTRIBUTES)


def test_a_guid_reads_as_windows_shows_it():
    """The first three groups are little-endian; eDirectory's are not."""
    assert FORMS.known("objectGUID;binary", bytes(range(16))) == str(GUID)
    assert FORMS.known("GUID", GUID.bytes) == str(GUID)


def test_a_sid_reads_as_people_know_it():
    """The authority big-endian, the rest little-endian."""
    assert FORMS.known("objectSid", sid(21, 3623811015, 500)) == "S-1-5-21-3623811015-500"
    assert FORMS.known("sIDHistory", sid()) == "S-1-5"


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02" * 16, sid(1)[:-1], sid(1) + b"\0"])
def test_what_is_none_has_no_form(data):
    """Of the wrong length or version."""
    assert FORMS.known("objectSid", data) is None
    assert FORMS.known("objectGUID", data[:15]) is None


def test_a_certificate_is_public_and_a_private_key_is_none():
    """Whatever the attribute is called, DER that begins with a version is a key, or a store of keys."""
    certificate = b"\x30\x82\x03\x00\x30\x82\x02\x00" + bytes(9)
    assert FORMS.known("userCertificate;binary", certificate) == {
        "type": "base64",
        "value": base64.b64encode(certificate).decode(),
    }
    for key in (b"\x30\x82\x03\x00\x02\x01\x00" + bytes(9), b"\x30\x20\x02\x01\x03" + bytes(9)):
        assert FORMS.known("userCertificate;binary", key) is None


@settings(max_examples=EXAMPLES)
@given(st.one_of(st.binary(), st.text(), st.integers(), st.none()))
def test_no_value_raises(value):
    """Whatever a library hands over."""
    assert text_of(value) is None or isinstance(text_of(value), str)


def test_sizes_are_rounded():
    """What is left out may have been a secret."""
    assert omitted("binary", 1000) == {"type": "omitted", "reason": "binary", "size": 1024}
