"""The protocol's decisions without I/O: `serving` is the connector's end, `consuming` the syncer's."""

from captured_exchanges.handoff.status import Status

__all__ = ["Status"]
