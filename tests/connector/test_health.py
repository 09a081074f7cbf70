import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import grpc
import pytest
from grpc_health.v1 import health_pb2

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector import ExchangeProducer, Health, ThreadedExchangeProducer, ThreadedHealth
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.wire import SERVICE
from support.connector_server import serving

Status = health_pb2.HealthCheckResponse


async def check(address: str, service: str) -> int:
    async with grpc.aio.insecure_channel(address) as channel:
        call = channel.unary_unary(
            "/grpc.health.v1.Health/Check", health_pb2.HealthCheckRequest.SerializeToString, Status.FromString
        )
        return (await call(health_pb2.HealthCheckRequest(service=service), timeout=20)).status


@pytest.mark.parametrize("service", ["", SERVICE])
async def test_a_server_serves_until_it_stops(service):
    """The server as a whole and the exchange stream are SERVING, and after `stop` they are not."""
    health = Health()
    async with serving(prepare=health.add_to) as address:
        assert await check(address, service) == Status.SERVING
        await health.stop()
        assert await check(address, service) == Status.NOT_SERVING


async def test_an_unknown_service_is_not_found():
    """Health knows nothing of other services."""
    async with serving(prepare=Health().add_to) as address:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await check(address, "host.Service")
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_watcher_is_told():
    """Whoever watches learns of the stop without asking again."""
    health = Health()
    async with (
        serving(prepare=health.add_to) as address,
        grpc.aio.insecure_channel(address) as channel,
        asyncio.timeout(20),
    ):
        watch = channel.unary_stream(
            "/grpc.health.v1.Health/Watch", health_pb2.HealthCheckRequest.SerializeToString, Status.FromString
        )(health_pb2.HealthCheckRequest(service=SERVICE))
        assert (await watch.read()).status == Status.SERVING
        await health.stop()
        assert (await watch.read()).status == Status.NOT_SERVING
        watch.cancel()


async def test_a_service_is_not_served_while_it_is_not_well():
    """Told to who asks and to who watches, and told when it has healed; the server as a whole serves on."""
    well = [True]
    health = Health({"store": lambda: well[0]})
    async with (
        serving(prepare=health.add_to) as address,
        grpc.aio.insecure_channel(address) as channel,
        asyncio.timeout(20),
    ):
        watch = channel.unary_stream(
            "/grpc.health.v1.Health/Watch", health_pb2.HealthCheckRequest.SerializeToString, Status.FromString
        )(health_pb2.HealthCheckRequest(service="store"))
        for well[0] in (True, False, True):
            expected = Status.SERVING if well[0] else Status.NOT_SERVING
            assert (await watch.read()).status == expected
            assert await check(address, "store") == expected
            assert await check(address, "") == Status.SERVING
        watch.cancel()


class FailingBuffer(CaptureBuffer):
    """A buffer whose disk fails, or not."""

    failing = False

    def facts(self):
        return replace(super().facts(), spool_failing=self.failing)


async def test_the_stream_is_not_served_while_the_spool_fails():
    """Of a producer of either style; what the connector does beside it goes on being served."""
    buffer = FailingBuffer()
    producer = ExchangeProducer("acme", buffer=buffer)
    async with serving(prepare=producer.attach) as address:
        for buffer.failing in (False, True, False):
            expected = Status.NOT_SERVING if buffer.failing else Status.SERVING
            assert await check(address, SERVICE) == expected
            assert await check(address, "") == Status.SERVING


def test_the_stream_of_a_threaded_producer_is_not_served_while_the_spool_fails():
    """Watched: it falls, and heals."""
    buffer = FailingBuffer()
    producer = ThreadedExchangeProducer("acme", buffer=buffer)
    with temporary_private_folder() as folder, ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool)
        producer.attach(server)
        address = unix_address(folder, "s")
        server.add_insecure_port(address)
        server.start()
        with grpc.insecure_channel(address) as channel:
            watch = channel.unary_stream(
                "/grpc.health.v1.Health/Watch",
                health_pb2.HealthCheckRequest.SerializeToString,
                Status.FromString,
            )(health_pb2.HealthCheckRequest(service=SERVICE), timeout=20)
            for buffer.failing in (False, True, False):
                expected = Status.NOT_SERVING if buffer.failing else Status.SERVING
                assert next(watch).status == expected
            watch.cancel()
        server.stop(0).wait()


def test_a_threaded_server_keeps_its_workers():
    """Eight that watch a server of one worker take none of it: calls are answered meanwhile, and all of
    them are told of the stop.
    """
    health = ThreadedHealth()
    told = threading.Semaphore(0)

    def watch(channel):
        method = channel.unary_stream(
            "/grpc.health.v1.Health/Watch", health_pb2.HealthCheckRequest.SerializeToString, Status.FromString
        )
        for answer in method(health_pb2.HealthCheckRequest(service=SERVICE), timeout=20):
            told.release()
            if answer.status == Status.NOT_SERVING:
                return

    with temporary_private_folder() as folder, ThreadPoolExecutor(1) as pool:
        server = grpc.server(pool)
        health.add_to(server)
        address = unix_address(folder, "s")
        server.add_insecure_port(address)
        server.start()
        with grpc.insecure_channel(address) as channel, ThreadPoolExecutor(8) as watchers:
            watching = [watchers.submit(watch, channel) for _ in range(8)]
            for _ in watching:
                assert told.acquire(timeout=20)
            call = channel.unary_unary(
                "/grpc.health.v1.Health/Check",
                health_pb2.HealthCheckRequest.SerializeToString,
                Status.FromString,
            )
            for service in ("", SERVICE):
                answer = call(health_pb2.HealthCheckRequest(service=service), timeout=20)
                assert answer.status == Status.SERVING
            health.stop()
            for each in watching:
                each.result(20)
            assert call(health_pb2.HealthCheckRequest(), timeout=20).status == Status.NOT_SERVING
        server.stop(0).wait()
