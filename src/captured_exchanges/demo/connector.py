"""The demo's connector process: baton's list calls over SCIM, and captured exchanges beside them.

This is what a connector author writes. The lines that concern capture are the ones with `producer`,
`redactor` and `instrument_client` in them; the rest is any connector.

    stdin   {"url": …, "token": …, "address": "unix:…", "lossless": …}, and where a second socket is wanted
            that admits observers alone: "debug_socket": its path, "channelz": whether to serve that there;
            "policy": what to redact by, a profile or a file
    stdout  {"event": "ready"}, then on SIGTERM or the end of stdin
            {"event": "stopped", "left": …, "memory": …}

With `lossless` the exit code is 1 where exchanges are left that no owner has committed: right for the
demo, wrong as a default, because baton's parent fails the whole sync when its connector exits so.
Run as `python -m captured_exchanges.demo.connector`; it needs the extra `demo`.
"""

from __future__ import annotations

import sys
from typing import Any

import grpc
import httpx

from captured_exchanges import __version__
from captured_exchanges.capture.httpx import instrument_client
from captured_exchanges.connector import SERVER_OPTIONS, ExchangeProducer
from captured_exchanges.demo.child import read_configuration, report, run_child, stop_requested
from captured_exchanges.demo.footprint import Footprint
from captured_exchanges.demo.lists import ScimConnector, list_handlers
from captured_exchanges.demo.options import CONNECTOR_NAME
from captured_exchanges.demo.scim import ScimDirectory
from captured_exchanges.redaction import Redactor, policy_named

__all__ = ["main", "serve"]

DRAIN_GRACE = 10.0


def main() -> int:
    """Serve until told to stop."""
    return run_child(serve(read_configuration()))


async def serve(configuration: dict[str, Any]) -> int:
    """Serve the list calls and the exchange stream on one Unix socket; the exit code."""
    stop = stop_requested()
    redactor = Redactor(policy_named(configuration.get("policy") or "default"))
    redactor.register_secret(configuration["token"])
    producer = ExchangeProducer(CONNECTOR_NAME, version=__version__, redactor=redactor)
    async with _client(configuration) as client:
        instrument_client(client, producer.recorder)
        server = grpc.aio.server(interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
        server.add_generic_rpc_handlers(list_handlers(ScimConnector(ScimDirectory(client))))
        producer.attach(server)
        producer.listen(server, configuration["address"])
        if "debug_socket" in configuration:
            await producer.listen_for_observers(
                configuration["debug_socket"], channelz=configuration["channelz"]
            )
        await server.start()
        footprint = Footprint.now()
        report("ready")
        await stop.wait()
        await producer.stop(DRAIN_GRACE)
        await server.stop(DRAIN_GRACE)
    return _last_word(
        producer.buffer.facts().retained_exchanges, footprint, lossless=configuration["lossless"]
    )


def _client(configuration: dict[str, Any]) -> httpx.AsyncClient:
    """`trust_env=False`: a proxy named in the environment must not get what is meant for loopback."""
    headers = {"authorization": f"Bearer {configuration['token']}", "accept": "application/scim+json"}
    return httpx.AsyncClient(base_url=configuration["url"], headers=headers, timeout=30, trust_env=False)


def _last_word(left: int, footprint: Footprint, *, lossless: bool) -> int:
    report("stopped", left=left, memory=footprint.report())
    if left and lossless:
        sys.stderr.write(f"captured exchanges that no syncer has committed: {left}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
