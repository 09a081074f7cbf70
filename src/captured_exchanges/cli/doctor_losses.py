"""What to do about exchanges that were lost, by the reason that a gap or a counter gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from captured_exchanges.cli.finding import Finding, note, ok, warning

__all__ = ["losses"]

_ADVICE: Mapping[str, str] = {
    "overflow": "give the connector's buffer more room, or see to it that a consumer keeps up",
    "oversize": "such an exchange is too large to hand over: ask upstream for smaller pages",
    "spool_failure": "look at the disk that holds the connector's spool: space, quota, mode",
    "retention": "the size budget cut them: raise it if they are wanted",
    "observer_lag": "an observer could not keep up; the owner lost nothing",
    "unclean_restart": "the connector died with exchanges in memory: find out why, or give it a spool",
    "unknown_loss": "an earlier run of the connector ended undrained: drain before you stop it",
}
_NO_LOSS: Mapping[str, str] = {"released_elsewhere": "another store has committed them"}
_UNKNOWN = "this version does not know the reason: look at the connector's own log"


def losses(counts: Mapping[str, int], check: str = "gaps") -> Iterator[Finding]:
    """A finding for each reason for which something did not arrive."""
    for reason, count in sorted(counts.items()):
        if reason in _NO_LOSS:
            yield note(check, f"{reason}: {_counted(count)}, no loss: {_NO_LOSS[reason]}")
        elif reason == "unknown_loss":
            yield warning(check, "unknown_loss: how many is not known", _ADVICE[reason])
        else:
            yield warning(check, f"{reason}: {_counted(count)} lost", _ADVICE.get(reason, _UNKNOWN))
    if not counts:
        yield ok(check, "nothing is known to be lost")


def _counted(count: int) -> str:
    return f"{count:,} exchange{'' if count == 1 else 's'}"
