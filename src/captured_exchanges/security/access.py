"""What opens a door: a bearer token, or the certificate and key of mutual TLS.

Records, and no gRPC: its credentials are made of them by the two ends. Their secrets are in no repr; who
prints a field on purpose is beyond help. Where they come from is in `run_credentials` and `files`, how they
travel to another process in `handover`.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security.files import read_certificates, read_secret_file

__all__ = ["MIN_TOKEN_CHARACTERS", "Access", "BearerToken", "MutualTLS", "new_token"]

MIN_TOKEN_CHARACTERS, _MAX_TOKEN_CHARACTERS = 16, 4096
_TOKEN_BYTES = 32
_CERTIFICATE, _BEGIN, _KEY, _ENCRYPTED = (
    b"-----BEGIN CERTIFICATE-----",
    b"-----BEGIN ",
    b"PRIVATE KEY",
    b"ENCRYPTED",
)


@dataclass(frozen=True, slots=True)
class BearerToken:
    """Whoever knows `value` may connect, over loopback alone. Make one per run: `new_token`.

    It tells the connector who the syncer is, and not the other way round. 16 to 4096 visible ASCII
    characters; raises ConnectionRefused for anything else.
    """

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        visible = all("!" <= character <= "~" for character in self.value)
        if not visible or not MIN_TOKEN_CHARACTERS <= len(self.value) <= _MAX_TOKEN_CHARACTERS:
            raise ConnectionRefused(
                f"a bearer token has {MIN_TOKEN_CHARACTERS} to {_MAX_TOKEN_CHARACTERS} visible ASCII "
                f"characters, this one has {len(self.value)} characters: use new_token()"
            )


@dataclass(frozen=True, slots=True)
class MutualTLS:
    """One end of mutual TLS, all in PEM.

    Attributes:
        ca: Certificates of those who may sign the other end's. Whoever has a certificate of theirs may
            connect, so this should be a CA of its own and not that of a whole company.
        certificate: This end's, followed by what lies between it and the CA, if anything does.
        private_key: This end's, unencrypted. ECDSA P-256 or RSA: gRPC's core refuses Ed25519.
        peer_name: The name that the connector's certificate must bear, for the syncer's end; empty: the host
            that it dials. A connector's end has no use for it.

    Raises ConnectionRefused where a part is not what it should be.
    """

    ca: bytes
    certificate: bytes
    private_key: bytes
    peer_name: str = ""

    def __post_init__(self) -> None:
        for name, part in (("CA", self.ca), ("certificate", self.certificate)):
            if _CERTIFICATE not in part:
                raise ConnectionRefused(f"mutual TLS needs a {name} in PEM, and this holds no certificate")
        if _BEGIN not in self.private_key or _KEY not in self.private_key:
            raise ConnectionRefused("mutual TLS needs a private key in PEM, and this holds none")
        if _ENCRYPTED in self.private_key:
            raise ConnectionRefused(
                "the private key is encrypted, and nobody is here to ask: decrypt it first"
            )
        if not _is_name(self.peer_name):
            raise ConnectionRefused(f"{self.peer_name!r} is no name that a certificate bears")

    @classmethod
    def from_files(
        cls,
        ca: str | os.PathLike[str],
        certificate: str | os.PathLike[str],
        private_key: str | os.PathLike[str],
        *,
        peer_name: str = "",
    ) -> Self:
        """Read from PEM files, for set-ups that outlive a run.

        Raises ConnectionRefused where a file cannot be read or holds something else, and where group or
        others may read the key.
        """
        return cls(
            read_certificates(ca), read_certificates(certificate), read_secret_file(private_key), peer_name
        )

    def __repr__(self) -> str:
        """Short: certificates are long, and the key is nobody's business."""
        return f"MutualTLS(peer_name={self.peer_name!r})"


def _is_name(text: str) -> bool:
    return text.isascii() and all(character.isalnum() or character in ".-_:" for character in text)


Access: TypeAlias = MutualTLS | BearerToken
"""What a server asks for, and what a client shows."""


def new_token() -> BearerToken:
    """A token of 256 random bits, for one run."""
    return BearerToken(secrets.token_urlsafe(_TOKEN_BYTES))
