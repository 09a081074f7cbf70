"""What a JWT says of itself: told beside its removal where a policy asks for it, the signature never.

Header and payload are JSON like any other: their own names and values are judged. Of a JWE, whose payload is
encrypted, there is only the header.
"""

from __future__ import annotations

import base64
import binascii

from captured_exchanges.exchange import Json
from captured_exchanges.redaction.json import NotJson, TooDeep, loads
from captured_exchanges.redaction.marker import Marker
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.sweep import Sweep
from captured_exchanges.redaction.text.text import Text

__all__ = ["Claims"]

_TOKEN = compiled(r"([A-Za-z0-9_-]{8,})\.([A-Za-z0-9_-]*)\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*)?")

_LONGEST = 16 * 1024


class Claims:
    """Reads JWTs. Thread-safe."""

    def __init__(self, text: Text, marker: Marker) -> None:
        self._text = text
        self._marker = marker

    def __call__(self, value: str) -> Json:
        """`{"header": …, "payload": …}` of a value that is a JWT as a whole; None of any other."""
        match = _TOKEN.fullmatch(clean(value)) if len(value) <= _LONGEST else None
        header = None if match is None else self._read(match[1])
        if match is None or header is None:
            return None
        payload = None if match.start(3) >= 0 else self._read(match[2])
        return {"header": header} if payload is None else {"header": header, "payload": payload}

    def _read(self, part: str) -> Json:
        """An object without its credentials; None where the part is none."""
        try:
            document = loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            if isinstance(document, dict):
                walked: Json = self._text.json.walk(document, Sweep(self._marker), ())
                return walked
        except (NotJson, TooDeep, binascii.Error, ValueError):
            pass  # no JWT, then
        return None
