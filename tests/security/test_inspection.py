import contextlib
import dataclasses
import os

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import check_certificate, issue_run_credentials
from captured_exchanges.security.issuing import Authority
from support.access_files import HOUR, connector_of, syncer_of


def self_signed(key, tls, algorithm):
    """A certificate for a key of another kind, like the one in `tls` otherwise."""
    like = x509.load_pem_x509_certificate(tls.certificate)
    builder = x509.CertificateBuilder(like.subject, like.subject, key.public_key(), like.serial_number)
    builder = builder.not_valid_before(like.not_valid_before_utc).not_valid_after(like.not_valid_after_utc)
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return dataclasses.replace(
        tls, certificate=builder.sign(key, algorithm).public_bytes(pem), private_key=secret
    )


def test_good_ones_pass():
    """Each end in its part, whoever signed it."""
    connector, syncer = issue_run_credentials()
    check_certificate(connector, serving=True)
    check_certificate(syncer, serving=False)
    check_certificate(syncer_of(Authority(HOUR), Authority(HOUR)), serving=False)


def test_rsa_passes():
    """What many have is fine."""
    key = rsa.generate_private_key(65537, 2048)
    check_certificate(self_signed(key, issue_run_credentials().connector, hashes.SHA256()), serving=True)


@pytest.mark.parametrize("serving", [True, False])
def test_what_has_expired_is_told(serving):
    """Before anybody connects in vain, and whose it is."""
    old = Authority(-60)
    tls = connector_of(old) if serving else syncer_of(old)
    whose = "connector" if serving else "syncer"
    with pytest.raises(ConnectionRefused, match=f"the {whose}'s certificate .*has expired"):
        check_certificate(tls, serving=serving)


def test_the_other_ends_part_is_refused():
    """A syncer's certificate serves nobody, and the other way round."""
    connector, syncer = issue_run_credentials()
    for tls, serving in ((syncer, True), (connector, False)):
        with pytest.raises(ConnectionRefused, match="purpose"):
            check_certificate(tls, serving=serving)


@pytest.mark.parametrize("serving", [True, False])
def test_another_ones_key_is_refused(serving):
    """Of which gRPC would say that it cannot bind."""
    tls = dataclasses.replace(
        connector_of(Authority(HOUR)), private_key=issue_run_credentials().syncer.private_key
    )
    with pytest.raises(ConnectionRefused, match="do not belong together"):
        check_certificate(tls, serving=serving)


def test_damage_is_refused():
    """In the certificate, in the key; without asking for a passphrase, without quoting either."""
    tls = issue_run_credentials().connector
    for part in ("certificate", "private_key"):
        whole = getattr(tls, part)
        damaged = dataclasses.replace(tls, **{part: whole[:60] + whole[80:]})
        with pytest.raises(ConnectionRefused, match="damaged") as refused:
            check_certificate(damaged, serving=True)
        assert whole[60:100].decode() not in str(refused.value)


def test_ed25519_is_refused():
    """With it every handshake of gRPC's core would fail."""
    tls = self_signed(ed25519.Ed25519PrivateKey.generate(), issue_run_credentials().connector, None)
    with pytest.raises(ConnectionRefused, match=r"Ed25519.*ECDSA P-256"):
        check_certificate(tls, serving=True)


def test_too_long_a_chain_is_refused():
    """What does not fit is told and not waited for."""
    tls = issue_run_credentials().connector
    with pytest.raises(ConnectionRefused, match="bytes that a pipe takes"):
        check_certificate(dataclasses.replace(tls, certificate=tls.certificate * 2000), serving=True)


def test_windows_does_without(monkeypatch):
    """There is no such pipe, and mutual TLS is all there is: it must not fail for want of one."""
    monkeypatch.setattr(os, "name", "nt")
    monkeypatch.setattr(os, "pipe", None)
    check_certificate(issue_run_credentials().connector, serving=True)


def test_nothing_stays_open():
    """However it ends."""
    tls = issue_run_credentials().connector
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 - descriptors, not files
    for access in (tls, dataclasses.replace(tls, private_key=b"-----BEGIN PRIVATE KEY-----")):
        for _ in range(3):
            with contextlib.suppress(ConnectionRefused):
                check_certificate(access, serving=True)
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208
