"""LDAP exchanges to redact, and what is kept of them."""

import base64
import json
import struct
import uuid
from dataclasses import replace

from captured_exchanges.exchange import (
    Exchange,
    Failure,
    Intent,
    LdapChange,
    LdapEntry,
    LdapRequest,
    LdapResponse,
)
from captured_exchanges.redaction import Policy
from captured_exchanges.redaction.names import DEFAULT_LDAP, Attributes, Names
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.values import Families

NAMES = Names()
ATTRIBUTES = Attributes(NAMES)
TEXT = Text(NAMES, Families())
ALICE = "uid=alice,ou=People,dc=example,dc=test"


def ldap(
    operation="search",
    *,
    entries=(),
    result=0,
    description="success",
    error=None,
    truncated=False,
    intent=None,
    **request,
):
    """An exchange: `request` for LdapRequest, entries as dicts of attributes or as LdapEntry."""
    return Exchange(
        "0190-ldap",
        "ldap",
        LdapRequest(operation, 1_700_000_000_000_000_000, **request),
        LdapResponse(
            12.5,
            result,
            description,
            tuple(each if isinstance(each, LdapEntry) else LdapEntry(ALICE, each) for each in entries),
            truncated,
            None if error is None else Failure("LDAPException", error),
        ),
        intent or Intent("sync", "ListUsers", "user"),
        1_700_000_000_000_000_000,
        "sync-1",
    )


def without(row, value, table=DEFAULT_LDAP):
    """A policy without one entry of a row of its table of directories."""
    held = getattr(table, row)
    if isinstance(held, frozenset):
        rest = held - {value}
    elif isinstance(held, tuple):
        rest = tuple(each for each in held if each != value)
    else:
        rest = {key: each for key, each in held.items() if key != value}
    return Policy(ldap=replace(table, **{row: rest}))


def change(attribute, *values, operation="replace"):
    """A change, as a modify has several."""
    return LdapChange(operation, attribute, values)


def wide(password):
    """A password as Active Directory takes it."""
    return f'"{password}"'.encode("utf-16-le")


def sid(*parts):
    """The bytes of `S-1-5-…`."""
    return struct.pack("<BB", 1, len(parts)) + (5).to_bytes(6, "big") + struct.pack(f"<{len(parts)}I", *parts)


def in_base64(shape):
    """The bytes of a value that is kept as base64."""
    assert set(shape) == {"type", "value"}
    assert shape["type"] == "base64"
    return base64.b64decode(shape["value"])


def values_of(redacted, attribute, entry=0):
    """An attribute's values as they are kept."""
    return json.loads(redacted.response_json)["entries"][entry]["attributes"][attribute]


GUID = uuid.UUID("03020100-0504-0706-0809-0a0b0c0d0e0f")
