"""The protocol's decisions without I/O, both ends."""

from captured_exchanges.handoff.actions import Abandon, End, Nudge, Read, Release
from captured_exchanges.handoff.actions import Action as ServerAction
from captured_exchanges.handoff.actions import Send as ServerSend
from captured_exchanges.handoff.client import ConsumerEnd
from captured_exchanges.handoff.client_actions import Action as ClientAction
from captured_exchanges.handoff.client_actions import (
    Cancel,
    ClientSettings,
    Commit,
    Dial,
    HalfClose,
    ReadWatermarks,
    Stop,
    StopKind,
    Stopped,
)
from captured_exchanges.handoff.client_actions import Send as ClientSend
from captured_exchanges.handoff.registry import Handoff, Standing
from captured_exchanges.handoff.server import ServerStream
from captured_exchanges.handoff.status import Status
from captured_exchanges.handoff.terms import Terms

__all__ = [
    # both ends
    "Status",
    # the connector's end
    "Abandon",
    "End",
    "Handoff",
    "Nudge",
    "Read",
    "Release",
    "ServerAction",
    "ServerSend",
    "ServerStream",
    "Standing",
    "Terms",
    # the consumer's end
    "Cancel",
    "ClientAction",
    "ClientSend",
    "ClientSettings",
    "Commit",
    "ConsumerEnd",
    "Dial",
    "HalfClose",
    "ReadWatermarks",
    "Stop",
    "StopKind",
    "Stopped",
]
