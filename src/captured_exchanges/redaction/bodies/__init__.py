"""Bodies: from the bytes on the wire to a JSON shape without credentials."""

from captured_exchanges.redaction.bodies.bodies import Bodies, Rendered, omitted

__all__ = [
    # bodies
    "Bodies",
    "Rendered",
    "omitted",
]
