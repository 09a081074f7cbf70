"""Bodies: from the bytes on the wire to a JSON shape without credentials."""

from captured_exchanges.redaction.bodies.bodies import Bodies, Rendered, omitted
from captured_exchanges.redaction.bodies.decoding import media_type_of

__all__ = [
    # bodies
    "Bodies",
    "Rendered",
    "omitted",
    # decoding
    "media_type_of",
]
