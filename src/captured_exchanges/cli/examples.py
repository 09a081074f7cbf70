"""The examples below a command's help."""

from __future__ import annotations

__all__ = ["examples"]

_AS_IT_STANDS = "\b"
"""Tells click to leave the lines of a paragraph alone."""


def examples(*commands: str) -> str:
    """An epilog that shows these command lines as they are typed."""
    return "\n".join([_AS_IT_STANDS, "Examples:", *(f"  {command}" for command in commands)])
