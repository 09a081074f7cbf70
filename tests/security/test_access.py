import dataclasses
import secrets

import pytest

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import BearerToken, MutualTLS, issue_run_credentials, new_token
from support.access_files import written


def test_tokens_are_random_and_show_nothing():
    """Each run gets another token, and none shows in a repr."""
    token, other = new_token(), new_token()
    assert token != other
    assert len(token.value) >= 43  # 256 bits
    assert token.value not in f"{token!r} {token} {[token]}"


@pytest.mark.parametrize("value", ["", "x" * 15, "x" * 4097, "x" * 20 + " ", "x" * 20 + "\n", "ü" * 20])
def test_what_cannot_be_a_token_is_refused(value):
    """Too short to be a secret, too long or unfit for a header: the sentence does not quote it."""
    with pytest.raises(ConnectionRefused, match=r"16 to 4096 visible ASCII.*new_token") as refused:
        BearerToken(value)
    assert not value or value not in str(refused.value)


def test_records_are_frozen_and_slotted():
    """Credentials do not change, and nothing is hung on them."""
    for record, name in ((new_token(), "value"), (issue_run_credentials().syncer, "ca")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, name, "x")
        assert not hasattr(record, "__dict__")


def test_mutual_tls_shows_no_secret():
    """Neither the key nor the certificates are in a repr."""
    tls = issue_run_credentials().syncer
    assert repr(tls) == "MutualTLS(peer_name='connector.captured-exchanges.invalid')"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ca": b""}, "CA in PEM"),
        ({"certificate": b"\x30\x82"}, "certificate in PEM"),
        ({"private_key": b"nothing"}, "private key in PEM"),
        ({"private_key": b"-----BEGIN ENCRYPTED PRIVATE KEY-----"}, "encrypted.*decrypt"),
        ({"peer_name": "a b"}, "no name"),
        ({"peer_name": "ü"}, "no name"),
    ],
)
def test_a_part_that_is_something_else_is_refused(change, says):
    """The sentence says which part it is."""
    with pytest.raises(ConnectionRefused, match=says):
        dataclasses.replace(issue_run_credentials().syncer, **change)


def test_it_is_read_from_files(tmp_path):
    """What lies in three files is what the run's credentials held."""
    tls = issue_run_credentials().syncer
    assert MutualTLS.from_files(*written(tls, tmp_path), peer_name=tls.peer_name) == tls


def test_a_certificate_in_place_of_the_key_is_told(tmp_path):
    """Swapped files are found out."""
    ca, certificate, key = written(issue_run_credentials().syncer, tmp_path)
    certificate.chmod(0o600)
    with pytest.raises(ConnectionRefused, match="certificate in PEM"):
        MutualTLS.from_files(ca, key, certificate)


def test_a_key_that_others_may_read_is_refused(tmp_path):
    """The sentence names the file, its mode and what to do; the key is not in it."""
    tls = issue_run_credentials().syncer
    ca, certificate, key = written(tls, tmp_path)
    for mode in (0o640, 0o604, 0o660):
        key.chmod(mode)
        with pytest.raises(ConnectionRefused, match=f"{mode:04o}.*chmod 600") as refused:
            MutualTLS.from_files(ca, certificate, key)
        assert str(key) in str(refused.value)
        assert tls.private_key.split()[4].decode() not in str(refused.value)


def test_a_secret_of_any_make_will_do_as_a_token():
    """Who has a secret manager of their own uses that."""
    value = secrets.token_hex(16)
    assert BearerToken(value).value == value
