"""A certificate authority for one run, which signs twice and is forgotten.

Its key lives as long as the Authority does, in memory alone, so nobody, we included, can add a third party
later. ECDSA P-256, because gRPC's core refuses Ed25519 certificates. Each certificate is for one part only
(extended key usage), which both ends' TLS checks: a syncer cannot pose as the connector.
"""

from __future__ import annotations

import datetime as dt
import secrets
from ipaddress import ip_address

from captured_exchanges.errors import MissingExtra

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
except ModuleNotFoundError as error:
    raise MissingExtra(
        "making certificates needs cryptography, which is not installed: "
        "pip install 'captured-exchanges[tls]' (certificates from files do without)"
    ) from error

__all__ = ["Authority"]

_SKEW = dt.timedelta(minutes=5)
"""How far behind the other end's clock may be."""
_LOOPBACK = (
    x509.DNSName("localhost"),
    x509.IPAddress(ip_address("127.0.0.1")),
    x509.IPAddress(ip_address("::1")),
)
_CLIENT_NAME = "syncer.captured-exchanges.invalid"


class Authority:
    """Signs for as long as it is held. `certificate` is its own, in PEM."""

    def __init__(self, lifetime: float) -> None:
        now = dt.datetime.now(dt.UTC)
        self._valid = now - _SKEW, now + dt.timedelta(seconds=lifetime)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(f"captured-exchanges run {secrets.token_hex(8)}")
        self._public = self._key.public_key()
        builder = self._builder(self._name, self._public)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
        self.certificate = self._signed(builder)

    def issue_server(self, name: str) -> tuple[bytes, bytes]:
        """Certificate and key, in PEM, of a server by that name, on loopback also by address."""
        return self._issue([x509.DNSName(name), *_LOOPBACK], ExtendedKeyUsageOID.SERVER_AUTH)

    def issue_client(self) -> tuple[bytes, bytes]:
        """Certificate and key, in PEM, of a client."""
        return self._issue([x509.DNSName(_CLIENT_NAME)], ExtendedKeyUsageOID.CLIENT_AUTH)

    def _issue(self, names: list[x509.GeneralName], purpose: x509.ObjectIdentifier) -> tuple[bytes, bytes]:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(_named(str(names[0].value)), key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return self._signed(builder), _pem(key)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        begin, end = self._valid
        builder = x509.CertificateBuilder(subject_name=subject, issuer_name=self._name, public_key=key)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(begin).not_valid_after(end)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._public)
        return builder.add_extension(issuer, critical=False)

    def _signed(self, builder: x509.CertificateBuilder) -> bytes:
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
