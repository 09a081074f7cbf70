"""What a listener is, asked with ordinary gRPC calls: does it answer, what of its health, what does it serve.

For `exchanges doctor`. Every call has a deadline, whatever is behind the address; none of them touches the
exchange stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from captured_exchanges.handoff import Status
from captured_exchanges.security import Access
from captured_exchanges.syncer.channel import open_channel
from captured_exchanges.syncer.handshakes import HANDSHAKE_FAILED, plain_detail

__all__ = ["Probe", "probe"]

_HEALTH = "/grpc.health.v1.Health/Check"
_REFLECTIONS = (
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a listener said.

    Attributes:
        speaks: It finished gRPC's handshake.
        health: `SERVING`, `NOT_SERVING`, …; empty where the server has no health service.
        services: What reflection lists; None where it serves none.
        refused: Why it does not take our credentials, or we not its own; empty: it does.
        trouble: The first call's error, where it was no answer: gRPC's words.
    """

    speaks: bool
    health: str = ""
    services: tuple[str, ...] | None = None
    refused: str = ""
    trouble: str = ""


async def probe(target: str, patience: float, access: Access | None = None) -> Probe:
    """Ask the server at an address; each question takes at most `patience` seconds.

    Raises ConnectionRefused where the rules of who may connect forbid the target, or our certificate is
    of no use.
    """
    channel = open_channel(target, access)
    try:
        speaks = await _is_ready(channel, patience)
        try:
            health = await _health(channel, patience)
        except grpc.aio.AioRpcError as error:
            refused = _refusal(error)
            return Probe(speaks, refused=refused, trouble="" if refused else _said(error))
        return Probe(speaks=True, health=health, services=await _services(channel, patience))
    finally:
        await channel.close()


async def _is_ready(channel: grpc.aio.Channel, patience: float) -> bool:
    """Whether the handshake is finished in time: gRPC tries again where one attempt takes too long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(patience):
            await channel.channel_ready()
            return True
    return False


async def _health(channel: grpc.aio.Channel, patience: float) -> str:
    check: Any = channel.unary_unary(
        _HEALTH,
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    try:
        answer = await check(health_pb2.HealthCheckRequest(), timeout=patience)
    except grpc.aio.AioRpcError as error:
        if _number(error) == Status.UNIMPLEMENTED:
            return ""
        raise
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


async def _services(channel: grpc.aio.Channel, patience: float) -> tuple[str, ...] | None:
    for method in _REFLECTIONS:
        ask: Any = channel.stream_stream(
            method,
            request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
        )
        call = ask(_once(reflection_pb2.ServerReflectionRequest(list_services="")), timeout=patience)
        try:
            async for answer in call:
                return tuple(service.name for service in answer.list_services_response.service)
        except grpc.aio.AioRpcError:
            continue  # another version, or none: no reflection is no fault
        finally:
            call.cancel()
    return None


async def _once(request: reflection_pb2.ServerReflectionRequest) -> AsyncIterator[Any]:
    yield request


def _refusal(error: grpc.aio.AioRpcError) -> str:
    detail = plain_detail(error.details() or "")
    said_so = _number(error) in (Status.UNAUTHENTICATED, Status.PERMISSION_DENIED)
    return detail if said_so or detail.startswith(HANDSHAKE_FAILED) else ""


def _said(error: grpc.aio.AioRpcError) -> str:
    """What gRPC says of it, without what it says of every failed connection."""
    detail = (error.details() or "").rpartition("last error: ")[2]
    return f"{error.code().name}: {detail}" if detail else error.code().name


def _number(error: grpc.aio.AioRpcError) -> int:
    number: int = error.code().value[0]
    return number
