"""Bodies: from the bytes on the wire to a JSON shape without credentials."""

from captured_exchanges.redaction.bodies.bodies import Bodies
from captured_exchanges.redaction.bodies.decoding import media_type_of
from captured_exchanges.redaction.bodies.shapes import Rendered, omitted
from captured_exchanges.redaction.bodies.table import DEFAULT_BODIES, BodyTable

__all__ = [
    # bodies
    "Bodies",
    # shapes
    "Rendered",
    "omitted",
    # decoding
    "media_type_of",
    # table
    "DEFAULT_BODIES",
    "BodyTable",
]
