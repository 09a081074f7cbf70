"""What decides about bodies beyond names and values. Data only."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_BODIES", "BodyTable"]


@dataclass(frozen=True, slots=True)
class BodyTable:
    """Tables of bodies."""

    key_files: tuple[str, ...]
    """Patterns of names of files that hold nothing but keys or passwords, in lower case, without folders."""


DEFAULT_BODIES = BodyTable(
    key_files=(
        r"id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?",
        r".*\.key",
        r".*\.ppk",
        r".*\.p8",
        r".*\.(?:p12|pfx)",
        r".*\.(?:jks|jceks|keystore)",
        r".*\.keytab",
        r".*\.kdbx?",
        r"\.?(?:htpasswd|pgpass|netrc|git-credentials|vault[_-]pass)(?:\.txt)?",
        r"shadow-?",
    ),
)
