"""Who is invited gets in, and everybody else a sentence: over real ports, under both kinds of server."""

import datetime as dt
import logging
from contextlib import asynccontextmanager
from dataclasses import replace

import grpc
import grpc.aio
import pytest
from cryptography import x509

from captured_exchanges.errors import ConnectionRefused, ConsumerStopped
from captured_exchanges.exchange import Batch
from captured_exchanges.security import (
    CONNECTOR_NAME,
    BearerToken,
    MutualTLS,
    issue_run_credentials,
    new_token,
)
from captured_exchanges.security.issuing import Authority
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings, ExchangeConsumer
from captured_exchanges.syncer.handshakes import HANDSHAKE_FAILED
from support.access_files import HOUR, connector_of, syncer_of
from support.access_servers import STYLES, look, serving
from support.syncer_server import until

QUICK = ClientSettings(sync_id="s", backoff_max=0.2)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "sync.db", "rw") as store:
        yield store


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", ["token", "mutual TLS"])
async def test_who_is_invited_gets_in(style, kind, store):
    """Owner and observer, with what the parent made for this run; the drain is attested."""
    run = issue_run_credentials()
    ours, theirs = (run.syncer, run.connector) if kind == "mutual TLS" else (new_token(),) * 2
    async with serving(style, theirs) as served:
        served.capture()
        seen = await look(served.address, ours)
        assert sum(len(each.exchanges) for each in seen if isinstance(each, Batch)) == 1
        async with ExchangeConsumer(served.address, store, sync_id="s", access=ours) as consumer:
            report = await consumer.drain(20)
        assert (report.committed, report.consistent, report.error) == (1, True, None)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("shown", ["no token", "a wrong token"])
async def test_without_the_token_a_consumer_stops(style, shown, store):
    """UNAUTHENTICATED heals by no retry: it says why, once, and shows neither token."""
    token, wrong = new_token(), new_token()
    async with serving(style, token) as served:
        if shown == "no token":
            async with (
                grpc.aio.insecure_channel(served.address) as channel,
                ExchangeConsumer(channel, store, settings=QUICK) as consumer,
            ):
                await until(lambda: consumer.report.state == "stopped")
        else:
            async with ExchangeConsumer(served.address, store, access=wrong, settings=QUICK) as consumer:
                await until(lambda: consumer.report.state == "stopped")
            with pytest.raises(ConnectionRefused, match="not the bearer token") as refused:
                await look(served.address, wrong)
            assert wrong.value not in str(refused.value)
    error = consumer.report.error
    assert isinstance(error, ConsumerStopped)
    assert error.code == grpc.StatusCode.UNAUTHENTICATED.value[0]
    assert "bearer token" in str(error)
    assert token.value not in f"{error}{consumer.report}"
    assert wrong.value not in f"{error}{consumer.report}"


# what a TLS handshake refuses: who we are, who they are, by the two authorities `a` and `b`

REFUSALS = {
    "wrong CA": (lambda a, _: connector_of(a), lambda a, b: syncer_of(b, a), "not signed by the CA"),
    "expired": (lambda a, _: connector_of(a, EXPIRED), lambda a, _: syncer_of(EXPIRED, a), "has expired"),
    "wrong name": (
        lambda a, _: connector_of(a),
        lambda a, _: syncer_of(a, peer_name="somebody.else.invalid"),
        "bears another name",
    ),
    "a syncer's certificate": (
        lambda a, _: replace(connector_of(a), **own(syncer_of(a))),
        lambda a, _: syncer_of(a),
        "not one for servers",
    ),
    "no certificate": (lambda a, _: connector_of(a), lambda a, _: only_trusting(a), "without a certificate"),
    "of another CA": (lambda a, _: connector_of(a), syncer_of, "its CA has not signed"),
    "expired meanwhile": (
        lambda a, _: connector_of(a),
        lambda a, _: channel_credentials(syncer_of(a, EXPIRED)),
        "has expired",
    ),
    "a connector's certificate": (
        lambda a, _: connector_of(a),
        lambda a, _: channel_credentials(replace(syncer_of(a), **own(connector_of(a)))),
        "its CA has not signed",
    ),
    "a token for TLS": (lambda a, _: connector_of(a), lambda _, __: new_token(), "mutual TLS"),
    "TLS for a token": (lambda _, __: new_token(), lambda a, _: syncer_of(a), "speaks no TLS"),
}
EXPIRED = Authority(-60)


def own(tls):
    return {"certificate": tls.certificate, "private_key": tls.private_key}


def only_trusting(authority):
    """A client as grpcurl is without -cert."""
    return grpc.ssl_channel_credentials(authority.certificate)


def channel_credentials(tls):
    """What passes by the checks of our own channels."""
    return grpc.ssl_channel_credentials(tls.ca, tls.private_key, tls.certificate)


@asynccontextmanager
async def dialled(address, credentials):
    """Target and access for one of our ends; gRPC's own credentials become a channel of the host's."""
    if isinstance(credentials, BearerToken | MutualTLS):
        yield address, credentials
        return
    options = [("grpc.ssl_target_name_override", CONNECTOR_NAME)]
    async with grpc.aio.secure_channel(address, credentials, options=options) as channel:
        yield channel, None


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("case", REFUSALS)
async def test_a_refused_handshake_is_a_sentence(style, case, store, caplog):
    """The observer fails with the cause. The consumer tells it in its report and once as a warning, and
    goes on trying, for that is the rule; who is invited gets in meanwhile.
    """
    theirs, ours, says = REFUSALS[case]
    a, b = Authority(HOUR), Authority(HOUR)
    access = theirs(a, b)
    unusable = access if case in ("expired", "a syncer's certificate") else None
    async with (
        serving(style, access, raw=unusable) as served,
        dialled(served.address, ours(a, b)) as (target, shown),
    ):
        with pytest.raises(ConnectionRefused, match=says) as refused:
            await look(target, shown)
        assert HANDSHAKE_FAILED in str(refused.value)
        with caplog.at_level(logging.WARNING, "captured_exchanges.syncer"):
            async with ExchangeConsumer(target, store, settings=QUICK, access=shown) as consumer:
                await until(lambda: says in consumer.report.trouble)
                assert (consumer.report.state, consumer.report.error) == ("connecting", None)
        (warning,) = caplog.records
        assert says in warning.getMessage()
        if unusable is None:
            await look(served.address, access if isinstance(access, BearerToken) else syncer_of(a))


async def test_a_consumer_connects_once_the_right_one_is_there(store):
    """A handshake that fails is no end: whoever starts the right connector there is found."""
    wrong, run = issue_run_credentials(), issue_run_credentials()
    async with serving("aio", wrong.connector) as served:
        address = served.address
        consumer = ExchangeConsumer(address, store, settings=QUICK, access=run.syncer)
        await consumer.__aenter__()
        await until(lambda: HANDSHAKE_FAILED in consumer.report.trouble)
    async with serving("threaded", run.connector, address) as served:
        served.capture()
        report = await consumer.drain(30)
        await consumer.__aexit__(None, None, None)
    assert (report.committed, report.consistent, report.streams) == (1, True, 1)


@pytest.mark.parametrize("style", STYLES)
async def test_a_certificate_that_expires_is_told(style, store):
    """Both were good when the connector started. A stream that stands goes on; who comes later is told."""
    run = issue_run_credentials(lifetime=8.0)
    async with serving(style, run.connector) as served:
        async with ExchangeConsumer(served.address, store, settings=QUICK, access=run.syncer) as consumer:
            await until(lambda: consumer.report.state == "connected")
            ends = x509.load_pem_x509_certificate(run.connector.certificate).not_valid_after_utc
            await until(lambda: dt.datetime.now(dt.UTC) > ends)
            served.capture()
            assert (await consumer.drain(20)).committed == 1
        with pytest.raises(ConnectionRefused, match=r"the syncer's certificate cannot be used: .* expired"):
            await look(served.address, run.syncer)
        later = syncer_of(Authority(HOUR), peer_name=run.syncer.peer_name)
        with pytest.raises(ConnectionRefused, match="the connector's certificate has expired"):
            await look(served.address, replace(later, ca=run.syncer.ca))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("address", ["0.0.0.0:0", "127.0.0.1:0", "[::]:0"])
async def test_plain_tcp_is_not_served(style, address):
    """With the sentence that says what is missing."""
    with pytest.raises(ConnectionRefused, match=r"TCP needs mutual TLS.*token.*unix:PATH"):
        async with serving(style, None, address):
            pass


@pytest.mark.parametrize("style", STYLES)
async def test_a_token_is_not_served_beyond_loopback(style):
    """Nor is it shown to another machine."""
    token = new_token()
    with pytest.raises(ConnectionRefused, match="loopback alone"):
        async with serving(style, token, "0.0.0.0:0"):
            pass
    with pytest.raises(ConnectionRefused, match="loopback alone"):
        await look("192.0.2.1:1", token)
