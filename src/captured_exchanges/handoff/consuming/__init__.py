"""The syncer's end of the handoff, decided without I/O."""

from captured_exchanges.handoff.consuming.actions import (
    Action,
    Cancel,
    ClientSettings,
    Commit,
    Dial,
    HalfClose,
    ReadWatermarks,
    Send,
    Stop,
    StopKind,
    Stopped,
)
from captured_exchanges.handoff.consuming.end import ConsumerEnd

__all__ = [
    # the end and its settings
    "ClientSettings",
    "ConsumerEnd",
    "StopKind",
    "Stopped",
    # what a shell is told to do
    "Action",
    "Cancel",
    "Commit",
    "Dial",
    "HalfClose",
    "ReadWatermarks",
    "Send",
    "Stop",
]
