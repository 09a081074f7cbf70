"""The escapes of LDAP: a backslash and two hex digits (RFC 4514, RFC 4515), in names punctuation too."""

from __future__ import annotations

from captured_exchanges.redaction.patterns import clean

__all__ = ["escaped", "unescaped", "unescaped_text"]

_HEX = frozenset(b"0123456789abcdefABCDEF")
_SPECIAL = str.maketrans({char: f"\\{ord(char):02x}" for char in "\0()*\\"})


def unescaped(text: str) -> bytes:
    """What a value of a filter or of a name stands for."""
    first, *rest = clean(text).encode().split(b"\\")
    pieces, literal = [first], False
    for piece in rest:
        if literal or not piece:  # two backslashes are one
            pieces.append(piece if literal else b"\\")
            literal = not literal
        elif len(piece) > 1 and _HEX.issuperset(piece[:2]):
            pieces += [bytes((int(piece[:2], 16),)), piece[2:]]
        else:
            pieces.append(piece)
    return b"".join(pieces)


def unescaped_text(text: str) -> str:
    """The same as text; as it stands where that is none."""
    try:
        return unescaped(text).decode() if "\\" in text else text
    except UnicodeDecodeError:
        return text


def escaped(text: str) -> str:
    """A text as the value of a filter (RFC 4515)."""
    return text.translate(_SPECIAL)
