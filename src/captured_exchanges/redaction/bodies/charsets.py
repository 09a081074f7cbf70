"""From the bytes of a body to its text: the charset, told by the bytes first and by the label last.

A charset label that does not fit the bytes would hide a password from every rule; so what leaves a doubt
raises NotUnderstood.
"""

from __future__ import annotations

import codecs
from functools import lru_cache

from captured_exchanges.redaction.bodies.decoding import NotUnderstood
from captured_exchanges.redaction.patterns import compiled

__all__ = ["Read", "charset_of", "is_utf8_where_it_can_be", "text_of"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_LEGACY = frozenset(
    {"cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "koi8-r",
     "koi8-u", "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8",
     "iso8859-9", "iso8859-10", "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16", "shift_jis",
     "cp932", "euc_jp", "gb2312", "gbk", "gb18030", "big5", "euc_kr", "cp949", "tis-620", "cp874"}
)  # fmt: skip
"""Charsets in which ASCII is ASCII: the names of things are read right even where the label is wrong."""
_LATIN = frozenset({"", "utf-8", "ascii", "iso8859-1"})
"""What is labelled so and is no UTF-8 is taken as browsers take it, as cp1252."""
_CHARSET = compiled(r"(?i)charset\s*=\s*[\"']?([a-z0-9_.:-]+)")
_CONTROLS = compiled(r"[\x00-\x08\x0e-\x1d\x1f\x7f]")
"""But the separator of JSON text sequences."""
_ASCII = bytes(range(128))
_SAMPLE = 4_096
_MOST_FOREIGN = 0.5
"""Share of bytes beyond ASCII: above, a text without a label is of an alphabet, or a kind, unknown."""
_FEWEST_ASCII = 0.1
"""Share of ASCII in any text of interest: its blanks, digits and punctuation."""
_RARE = 8
_MOST_ZEROS, _FEWEST_ZEROS = 0.9, 0.1
"""Shares of characters below 256 where all bytes are ASCII, and where some are not."""


Read = tuple[str, bool]
"""A text, and whether the bytes held all of it: their last character may be cut."""


@lru_cache(maxsize=256)
def charset_of(content_type: str) -> str:
    """The charset that a Content-Type claims, in lower case, or empty."""
    match = _CHARSET.search(content_type)
    return match[1].lower() if match else ""


@lru_cache(maxsize=256)
def is_utf8_where_it_can_be(charset: str) -> bool:
    """Whether bytes under a charset's label are read as UTF-8 where they can be, whatever it says."""
    return _codec(charset) in (_LATIN | _WIDE | _LEGACY)


def text_of(data: bytes, charset: str) -> Read:
    """The text of a body. Raises NotUnderstood where bytes and label leave a doubt."""
    text, is_all = _text(data, charset)
    return text.lstrip("\ufeff"), is_all


def _text(data: bytes, charset: str) -> Read:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _strictly(data[len(bom) :], name)
    label = _codec(charset)
    if not is_utf8_where_it_can_be(charset):
        raise NotUnderstood("unknown charset")
    if b"\0" in data[:_SAMPLE] and (read := _wide(data)) is not None:
        return read
    try:
        text, is_all = _decoded(data, "utf-8")
    except UnicodeDecodeError:
        return _legacy(data, label)
    return (text, is_all) if is_all or not text.isascii() else _legacy(data, label)


def _wide(data: bytes) -> Read | None:
    """The text of UTF-16 or UTF-32 without a byte order mark; None where it is neither for certain."""
    codec = _wide_charset(data[:_SAMPLE])
    try:
        text, is_all = _strictly(data, codec) if codec else ("", False)
    except NotUnderstood:
        return None
    sample = text[:_SAMPLE]
    is_text = sum(map(str.isascii, sample)) > len(sample) * _FEWEST_ASCII
    return (text, is_all) if is_text else None


def _codec(charset: str) -> str:
    """The name that Python gives a charset; empty for no label, the label itself for one nobody knows."""
    try:
        return codecs.lookup(charset).name if charset else ""
    except (LookupError, ValueError):
        return charset


def _decoded(data: bytes, codec: str) -> Read:
    """Strictly, but for a last character that is not all there."""
    machine = codecs.getincrementaldecoder(codec)()
    text = machine.decode(data)
    return text, not machine.getstate()[0]


def _strictly(data: bytes, codec: str) -> Read:
    try:
        text, is_all = _decoded(data, codec)
    except UnicodeDecodeError:
        raise NotUnderstood("charset in doubt") from None
    if codec != "utf-8" and _CONTROLS.search(text.encode("utf-8", "replace")):
        raise NotUnderstood("charset in doubt")
    return text, is_all


def _legacy(data: bytes, label: str) -> Read:
    if label in _WIDE:
        raise NotUnderstood("charset in doubt")
    if label not in _LATIN:
        return _strictly(data, label)
    text = data.decode("cp1252", "replace")
    if _CONTROLS.search(text):
        raise NotUnderstood("binary")
    if label != "iso8859-1" and _is_foreign(data[:_SAMPLE]):
        raise NotUnderstood("charset in doubt")
    return text, True


def _is_foreign(sample: bytes) -> bool:
    """Whether most of it is beyond ASCII, as EBCDIC is, and alphabets other than the Latin one."""
    return len(sample.translate(None, _ASCII)) > len(sample) * _MOST_FOREIGN


def _wide_charset(head: bytes) -> str:
    """UTF-16 or UTF-32 without a byte order mark, told by where the zeros of ASCII characters stand."""
    zeros = [head[at::4].count(0) for at in range(4)]
    most = len(head) // 4
    if most and zeros[3] == most and zeros[2] > most // 2 and not zeros[0]:
        return "utf-32-le"
    if most and zeros[0] >= most and zeros[1] > most // 2 and not zeros[3]:
        return "utf-32-be"
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if max(even, odd) < len(head) // 2 * (_MOST_ZEROS if head.isascii() else _FEWEST_ZEROS):
        return ""  # a text with a zero in it
    if odd > even * _RARE:
        return "utf-16-le"
    return "utf-16-be" if even > odd * _RARE else ""
