"""What both producers are made of: capture, what a server is given, and who may connect to it.

Nothing here waits: what takes time (starting and stopping) is done by the two of them, each in the style of
its server.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

import grpc

from captured_exchanges import telemetry
from captured_exchanges.buffer import CaptureBuffer, SpoolOptions
from captured_exchanges.connector.guard import Guard
from captured_exchanges.connector.health import HEALTH
from captured_exchanges.connector.listening import listen
from captured_exchanges.connector.recorder import Recorder
from captured_exchanges.connector.reflection import enable_reflection
from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.exchange import ConnectorInfo
from captured_exchanges.redaction import Policy, Redactor, policy_from_environment
from captured_exchanges.security import Access, BearerToken, MutualTLS, unix_address
from captured_exchanges.wire import SERVICE

__all__ = ["MAX_NAME_BYTES", "Composition"]

MAX_NAME_BYTES = 256
_SHORTEST_KEY_LINE = 16

_Server = TypeVar("_Server", grpc.aio.Server, grpc.Server)


class Composition(ABC, Generic[_Server]):
    """A producer but for its servicer. The credentials of `access` are secrets to its redactor. Without one,
    and without a policy, EXCHANGES_POLICY names the policy (a profile or a file), else it is the default.
    """

    _OTHER_KIND: ClassVar[type]
    _INSTEAD: ClassVar[str]

    def __init__(
        self,
        name: str,
        *,
        version: str,
        redactor: Redactor | None,
        policy: Policy | None,
        buffer: CaptureBuffer | None,
        access: Access | None,
    ) -> None:
        if not 0 < len(name.encode()) <= MAX_NAME_BYTES:
            raise ValueError(f"a connector's name has 1 to {MAX_NAME_BYTES} bytes; got {name[:40]!r}")
        self.redactor = _redactor(redactor, policy)
        self.buffer = buffer or CaptureBuffer(spool=SpoolOptions(), on_fault=telemetry.count)
        self.recorder = Recorder(self.redactor, self.buffer)
        self._access = access
        self._guard: Guard | None = None
        for secret in _secrets_of(access):
            self.redactor.register_secret(secret)
        self._connector = ConnectorInfo(self.redactor.scrub(name), self.redactor.scrub(version))

    def attach(
        self,
        server: _Server,
        *,
        services: Iterable[str] = (),
        reflection: bool = True,
        health: bool = True,
    ) -> None:
        """Serve the exchange stream, reflection and health. Call it after the host has added its services.

        `services` are full names of the host's services, for reflection's list. A host with reflection of
        its own may leave ours on: it describes what the host's would. One with health of its own turns
        ours off, for the last one added answers.
        """
        self._check_kind(server)
        server.add_generic_rpc_handlers((self._handler(observers_only=False),))
        if health:
            self._add_health(server)
        if reflection:
            enable_reflection(server, [*services, *([HEALTH] if health else [])])

    def listen(self, server: _Server, address: str) -> str:
        """Let a server listen on `unix:PATH`, or with `access` on `HOST:PORT` (port 0: any free one).

        Returns the canonical address, with the port that was bound. Raises ConnectionRefused, before
        anything is opened, where people could connect who are not invited: see `security`; also where
        `access` is a token and nobody has asked for the `interceptor` that wants to see it, and where the
        address is taken.
        """
        self._check_kind(server)
        if isinstance(self._access, BearerToken) and self._guard is None:
            raise ConnectionRefused(
                f"{address!r}: the bearer token is checked by producer.interceptor(), and nobody has asked "
                "for it: give it to the server, else any call passes without the token"
            )
        return listen(server, address, self._access)

    def _well(self) -> dict[str, Callable[[], bool]]:
        """What health asks of a service: the stream is well while the disk behind its buffer is."""
        return {SERVICE: lambda: not self.buffer.facts().spool_failing}

    def _guard_asked_for(self) -> Guard | None:
        """What checks the token, where there is one; from now on it counts as installed."""
        if isinstance(self._access, BearerToken):
            self._guard = self._guard or Guard(self._access)
        return self._guard

    def _admit_observers(self, server: _Server, path: str | os.PathLike[str], *, channelz: bool) -> str:
        """Let a server listen on a socket where only observers are admitted; its canonical address."""
        place = Path(path).absolute()
        server.add_generic_rpc_handlers((self._handler(observers_only=True),))
        self._add_health(server)
        services = [HEALTH]
        if channelz:
            from captured_exchanges.connector.channelz import add_channelz  # noqa: PLC0415 - loads its extra

            services.append(add_channelz(server))
        enable_reflection(server, services)
        return listen(server, unix_address(place.parent, place.name), None)

    def _check_kind(self, server: object) -> None:
        if isinstance(server, self._OTHER_KIND):
            raise TypeError(f"this server wants another producer: {self._INSTEAD}")

    @abstractmethod
    def _handler(self, *, observers_only: bool) -> grpc.GenericRpcHandler: ...

    @abstractmethod
    def _add_health(self, server: _Server) -> None: ...


def _redactor(redactor: Redactor | None, policy: Policy | None) -> Redactor:
    """The one that was given, or one by the policy that was given, or that the environment names. Raises
    PolicyError where that cannot be used: before anything is served.
    """
    if redactor is None:
        return Redactor(policy or policy_from_environment(), on_failure=telemetry.count)
    if policy is not None:
        raise ValueError("a redactor has its policy: give one of the two")
    return redactor


def _secrets_of(access: Access | None) -> list[str]:
    """What must be found wherever it turns up: of a key in PEM each line, for line ends vary."""
    if isinstance(access, BearerToken):
        return [access.value]
    if isinstance(access, MutualTLS):
        lines = access.private_key.decode("ascii", "replace").split()
        return [line for line in lines if len(line) > _SHORTEST_KEY_LINE]
    return []
