"""The JSON shapes of bodies (FORMATS.md), from contents that are redacted already. No decisions here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from captured_exchanges.exchange import Body, Json
from captured_exchanges.redaction.values import rounded

__all__ = ["Rendered", "omitted", "shape_of"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body's JSON shape, and whether its true sizes would say something about what was removed."""

    shape: dict[str, Any] | None
    is_redacted: bool = False


def omitted(reason: str, media_type: str, body: Body) -> dict[str, Json]:
    """The shape of a body that is left out."""
    return shape_of({"type": "omitted", "reason": reason}, media_type, body, None, is_redacted=True)


def shape_of(
    content: dict[str, Any], media_type: str, body: Body, decoded_size: int | None, *, is_redacted: bool
) -> dict[str, Any]:
    """A body's shape; `decoded_size` is None where it is unknown."""
    size, plain_size = body.size, len(body.data) if decoded_size is None else decoded_size
    if is_redacted:
        size, plain_size = rounded(size), rounded(plain_size)
    shape = {
        **content,
        "media_type": media_type,
        "size": size,
        "decoded_size": plain_size,
        "state": body.state,
    }
    return {**shape, "truncated": True} if body.state == "truncated" else shape
