"""Drives the consumer's end without I/O: a clock to turn, a list of what it asked for, a store in a dict."""

import random

from captured_exchanges.handoff.consuming import (
    Cancel,
    ClientSettings,
    Commit,
    ConsumerEnd,
    Dial,
    HalfClose,
    ReadWatermarks,
    Stop,
)
from captured_exchanges.handoff.consuming import Send as ClientSend


class Driver:
    """Performs no action by itself: tests say what comes of each."""

    def __init__(self, *, start=True, **settings):
        self.now = 1000.0
        settings.setdefault("consumer_id", "consumer")
        self.end = ConsumerEnd(ClientSettings(**settings), rng=random.Random(0))
        self.actions = []
        self.in_flight = None
        if start:
            self.do(self.end.start)

    def do(self, entry, *arguments, **named):
        """One input at this moment; returns the actions it brought."""
        actions = list(entry(*arguments, self.now, **named))
        self.actions += actions
        for commit in all_of(actions, Commit):
            assert self.in_flight is None, "two commits in flight"
            self.in_flight = commit
        return actions

    def say(self, *responses):
        """Messages arrive; returns the actions of all of them."""
        return [action for response in responses for action in self.do(self.end.received, response)]

    def ended(self, code, detail=""):
        """The call ends with a status."""
        return self.do(self.end.ended, int(code), detail)

    def dial(self, *watermarks, losses=()):
        """Wait until the watermarks are asked for, answer, and return the Open of the new call."""
        self.wait_for(ReadWatermarks)
        actions = self.do(self.end.watermarks_read, watermarks, losses=losses)
        return only(actions, Dial).open

    def open(self, opened, *watermarks):
        """A new stream up to its `opened`, what a new epoch stores first committed too."""
        self.dial(*watermarks)
        self.say(opened)
        while self.in_flight is not None:
            self.committed()

    def wait_for(self, kind, limit=1000.0):
        """Turn the clock until an action of this kind comes (or has come just now)."""
        start = self.now
        while not (self.actions and all_of(self.actions[-3:], kind)):
            deadline = self.end.deadline()
            assert deadline is not None, f"nothing will ever bring a {kind.__name__}"
            assert deadline < start + limit, f"no {kind.__name__} within {limit} s"
            self.now = max(self.now, deadline)
            self.do(self.end.tick)
        found = only(self.actions[-3:], kind)
        self.actions.clear()
        return found

    def advance(self, seconds):
        """Turn the clock, ticking at every deadline on the way; returns the actions."""
        until, seen = self.now + seconds, []
        while (deadline := self.end.deadline()) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            seen += self.do(self.end.tick)
        self.now = until
        return seen + self.do(self.end.tick)

    def committed(self, quarantined=0):
        """The commit in flight lands."""
        self.in_flight = None
        return self.do(self.end.committed, quarantined=quarantined)

    def commit_all(self):
        """Let everything that arrived land; returns the commits."""
        landed = []
        self.advance(1.0)
        while self.in_flight is not None:
            landed.append(self.in_flight)
            self.committed()
            self.advance(1.0)
        return landed


def all_of(actions, kind):
    """The actions of a kind."""
    return [action for action in actions if isinstance(action, kind)]


def only(actions, kind):
    """The one action of a kind."""
    found = all_of(actions, kind)
    assert len(found) == 1, f"expected one {kind.__name__}, got {actions}"
    return found[0]


def sent(actions):
    """The requests that are to be written."""
    return [action.request for action in all_of(actions, ClientSend)]


__all__ = [
    "Cancel",
    "Commit",
    "Dial",
    "Driver",
    "HalfClose",
    "ReadWatermarks",
    "Stop",
    "all_of",
    "only",
    "sent",
]
