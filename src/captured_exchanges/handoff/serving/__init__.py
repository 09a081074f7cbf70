"""The connector's end of the handoff, decided without I/O."""

from captured_exchanges.handoff.serving.actions import Abandon, Action, End, Keep, Nudge, Read, Release, Send
from captured_exchanges.handoff.serving.registry import Handoff, Standing
from captured_exchanges.handoff.serving.stream import ServerStream
from captured_exchanges.handoff.serving.terms import Terms

__all__ = [
    # who is attached, and one stream
    "Handoff",
    "ServerStream",
    "Standing",
    "Terms",
    # what a shell is told to do
    "Abandon",
    "Action",
    "End",
    "Keep",
    "Nudge",
    "Read",
    "Release",
    "Send",
]
