"""What listens at an address, as `exchanges doctor` finds out before it looks at a connector's stream.

One question after the other, from the address inwards: may we connect, does anything listen, does it take
our credentials, is it gRPC, what does it serve. Each has a deadline, whatever is behind the address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeAlias
from urllib.parse import unquote

from captured_exchanges.cli.finding import Finding, note, ok, problem, warning
from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import Access, MutualTLS, check_target
from captured_exchanges.syncer.probe import Probe, probe
from captured_exchanges.wire import SERVICE

__all__ = ["Tell", "examine_listener", "tell_all"]

Tell: TypeAlias = Callable[[Finding], None]
_PATIENCE = 4.0
"""Seconds for an answer to one question."""


async def examine_listener(target: str, access: Access | None, tell: Tell) -> bool:
    """Tell every finding about what listens there; whether it can be asked for its stream."""
    try:
        place = check_target(target, access)
    except ConnectionRefused as refusal:
        tell(problem("address", str(refusal)))
        return False
    tell(ok("address", _kind(place, access)))
    if deaf := await _deaf(place):
        tell(deaf)
        return False
    try:
        found = await probe(target, _PATIENCE, access)
    except ConnectionRefused as refusal:
        tell(problem("credentials", str(refusal)))
        return False
    tell_all(tell, _served(found))
    return found.speaks and not found.refused


def tell_all(tell: Tell, findings: Iterable[Finding]) -> None:
    """Tell each of them."""
    for finding in findings:
        tell(finding)


def _kind(place: str, access: Access | None) -> str:
    if place.startswith("unix:"):
        return "a Unix socket in a folder of mode 0700, which is yours"
    return "TCP, with mutual TLS" if isinstance(access, MutualTLS) else "loopback, with a bearer token"


async def _deaf(place: str) -> Finding | None:
    """What keeps us from connecting, if anything does."""
    try:
        async with asyncio.timeout(_PATIENCE):
            writer = await _connected(place)
    except TimeoutError:
        return problem(
            "listener",
            f"connections are not accepted within {_PATIENCE:g} s",
            "the process behind the socket is stuck: look at it, and start it again",
        )
    except FileNotFoundError:
        path = unquote(place.removeprefix("unix:"))
        return problem("listener", f"there is no socket {path}", "start the connector, or check the path")
    except OSError as error:
        where = "on the socket" if place.startswith("unix:") else f"at {place}"
        return problem(
            "listener",
            f"nobody listens {where} ({error.strerror or type(error).__name__})",
            "the connector that did has ended, or was never started: start it",
        )
    writer.close()
    with suppress(OSError):  # it may have been closed from the other side first
        await writer.wait_closed()
    return None


async def _connected(place: str) -> asyncio.StreamWriter:
    if place.startswith("unix:"):
        _, writer = await asyncio.open_unix_connection(unquote(place.removeprefix("unix:")))
    else:
        host, _, port = place.rpartition(":")
        _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    return writer


def _served(found: Probe) -> Iterator[Finding]:
    if found.refused:
        yield problem("credentials", found.refused, "show those with which this connector was started")
        return
    if not found.speaks:
        yield problem(
            "listener",
            f"what listens here is no gRPC server ({found.trouble})",
            "check the path: another program has this socket",
        )
        return
    yield ok("listener", "a gRPC server answers")
    yield from _health(found)
    yield from _reflection(found)


def _health(found: Probe) -> Iterator[Finding]:
    if found.trouble:
        yield warning("health", f"no answer ({found.trouble})", "the connector may be stuck: look at its log")
    elif not found.health:
        yield note("health", "it serves no gRPC health: supervisors cannot ask")
    elif found.health == "SERVING":
        yield ok("health", "SERVING")
    else:
        yield warning("health", found.health, "it is stopping, or not ready: look at its log")


def _reflection(found: Probe) -> Iterator[Finding]:
    if found.services is None:
        yield note("reflection", "none is served: grpcurl needs the .proto files")
    elif SERVICE in found.services:
        yield ok("reflection", f"it lists {SERVICE}")
    else:
        yield note("reflection", f"it does not list {SERVICE}: enable ours after the host's own")
