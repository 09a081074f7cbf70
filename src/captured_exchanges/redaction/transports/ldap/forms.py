"""The JSON form of an attribute's values, which are bytes: text, GUIDs and SIDs in the spelling that people
know, certificates as base64, and of other binary values only that there was one. No decision about secrets
here but one: a private key is no certificate, whatever the attribute is called.
"""

from __future__ import annotations

import base64
import uuid

from captured_exchanges.exchange import Json
from captured_exchanges.redaction.names import Attributes
from captured_exchanges.redaction.patterns import clean
from captured_exchanges.redaction.values import rounded

__all__ = ["Forms", "omitted", "text_of"]

_GUID = 16
_SID_HEAD = 8
_SUB_AUTHORITY = 4
_SEQUENCE, _INTEGER = 0x30, 0x02
_LONG_FORM = 0x80


def text_of(value: object) -> str | None:
    """A value as text; None where its bytes are none. Some libraries hand over numbers and dates."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        try:
            text = bytes(value).decode()
        except UnicodeDecodeError:
            return None
    else:
        text = clean(str(value))
    return None if "\0" in text else text


def omitted(reason: str, size: int) -> dict[str, Json]:
    """The shape of a value that is left out; its size, in bytes, is rounded up to a power of two."""
    return {"type": "omitted", "reason": reason, "size": rounded(size)}


class Forms:
    """Gives values their form. Thread-safe."""

    def __init__(self, attributes: Attributes) -> None:
        self._attributes = attributes

    def has(self, description: str) -> bool:
        """Whether an attribute asks for a form."""
        base, table = self._attributes.base(description), self._attributes.table
        return base in table.guids | table.uuids | table.sids | table.encoded

    def known(self, description: str, value: bytes) -> Json:
        """A binary value in the form that its attribute asks for; None where it asks for none."""
        base, table = self._attributes.base(description), self._attributes.table
        if base in table.guids and len(value) == _GUID:
            return str(uuid.UUID(bytes_le=value))
        if base in table.uuids and len(value) == _GUID:
            return str(uuid.UUID(bytes=value))
        if base in table.sids and _is_sid(value):
            return _sid(value)
        if base in table.encoded and not _is_key(value):
            return {"type": "base64", "value": base64.b64encode(value).decode()}
        return None


def _is_sid(data: bytes) -> bool:
    return len(data) >= _SID_HEAD and data[0] == 1 and len(data) == _SID_HEAD + _SUB_AUTHORITY * data[1]


def _sid(data: bytes) -> str:
    """MS-DTYP 2.4.2: the authority big-endian, what is below it little-endian."""
    below = (data[at : at + _SUB_AUTHORITY] for at in range(_SID_HEAD, len(data), _SUB_AUTHORITY))
    parts = (int.from_bytes(data[2:_SID_HEAD], "big"), *(int.from_bytes(part, "little") for part in below))
    return "-".join(("S", "1", *map(str, parts)))


def _is_key(data: bytes) -> bool:
    """Whether DER is a private key or a PKCS #12 store: a version stands where a certificate has its body."""
    if data[:1] != bytes((_SEQUENCE,)) or len(data) < _SID_HEAD:
        return False
    head = 2 + (data[1] & ~_LONG_FORM if data[1] & _LONG_FORM else 0)
    return data[head : head + 1] == bytes((_INTEGER,))
