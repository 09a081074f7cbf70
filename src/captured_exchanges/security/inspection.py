"""Whether this end's certificate and key can do what they are for, found out before anybody connects.

gRPC says nothing of use here: a server that cannot use its key "failed to bind", a client whose certificate
has expired sees its connection closed, and nobody is told why. So the certificate has to pass a TLS handshake
with ourselves first, in memory, where OpenSSL does say what is wrong. Who signed it is not looked at: that is
for the other end to judge, by its own CA.

OpenSSL reads keys from files alone. The file is a pipe that only this process sees.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security.access import MutualTLS

__all__ = ["check_certificate"]

_ROUNDS = 4
_ED25519 = bytes.fromhex("302a300506032b6570032100")
"""How a public key of that kind begins in a certificate."""


def check_certificate(access: MutualTLS, *, serving: bool) -> None:
    """Raise ConnectionRefused where this end's certificate has expired, is not valid yet, is not for this
    part (`serving`: a server's), does not belong to the key, or is of a kind that gRPC does not take.

    On Windows, where no pipe can be opened like a file, gRPC's own words have to do.
    """
    if os.name == "nt":
        return
    whose = "the connector's certificate" if serving else "the syncer's certificate"
    try:
        ours = _context(access, ssl.PROTOCOL_TLS_SERVER if serving else ssl.PROTOCOL_TLS_CLIENT)
        other = _context(access, ssl.PROTOCOL_TLS_CLIENT if serving else ssl.PROTOCOL_TLS_SERVER)
        _trust_itself(other, access)
        _handshake(server=ours if serving else other, client=other if serving else ours)
        _check_kind(access)
    except ssl.SSLCertVerificationError as error:
        raise ConnectionRefused(f"{whose} cannot be used: {error.verify_message}") from error
    except ssl.SSLError as error:
        raise ConnectionRefused(f"{whose} cannot be used: it is damaged") from error
    except _Unusable as error:
        raise ConnectionRefused(f"{whose} cannot be used: {error}") from error


class _Unusable(Exception):
    """Why, in words."""


def _context(access: MutualTLS, protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with _as_file(access.certificate) as certificate, _as_file(access.private_key) as key:
        try:
            context.load_cert_chain(certificate, key, password=lambda: "")  # never asks on a terminal
        except OSError as error:  # ssl.SSLError is one; which it is depends on what OpenSSL tried last
            raise _Unusable("it and the private key do not belong together, or one is damaged") from error
    return context


def _trust_itself(context: ssl.SSLContext, access: MutualTLS) -> None:
    context.load_verify_locations(cadata=access.certificate.decode("ascii", "replace"))
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_mode = ssl.CERT_REQUIRED


def _handshake(*, server: ssl.SSLContext, client: ssl.SSLContext) -> None:
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = client.wrap_bio(down, up), server.wrap_bio(up, down, server_side=True)
    for _ in range(_ROUNDS):
        for end in ends:
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()


def _check_kind(access: MutualTLS) -> None:
    leaf, end, _ = access.certificate.decode("ascii", "replace").partition(ssl.PEM_FOOTER)
    if _ED25519 in ssl.PEM_cert_to_DER_cert(leaf[leaf.index(ssl.PEM_HEADER) :] + end):
        raise _Unusable("gRPC takes no Ed25519 keys: use ECDSA P-256")


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    reading, writing = os.pipe()
    try:
        os.set_blocking(writing, False)  # nobody reads while we write
        written = os.write(writing, content)
        os.close(writing)
        if written < len(content):
            raise _Unusable(f"it or its private key has more than the {written} bytes that a pipe takes")
        yield f"/dev/fd/{reading}"
    finally:
        os.close(reading)
