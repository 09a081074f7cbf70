"""What both producers promise alike: who may connect, the debug socket, secrets of their own."""

import subprocess
import sys

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from captured_exchanges.connector import ExchangeProducer, ThreadedExchangeProducer
from captured_exchanges.errors import ConnectionRefused, PolicyError
from captured_exchanges.exchange import Batch, Open, Opened
from captured_exchanges.redaction import Policy, Redactor
from captured_exchanges.security import (
    issue_run_credentials,
    new_token,
    temporary_private_folder,
)
from support.access_servers import ECHO, STYLES, called, look, serving
from support.connector_reflection import files, listed
from support.handoff_calls import Caller

PRODUCERS = [ExchangeProducer, ThreadedExchangeProducer]


@pytest.mark.parametrize("producer", PRODUCERS)
def test_a_policy_is_given_or_found_in_the_environment(producer, monkeypatch):
    """What is given wins; its name, version and hash are the redactor's, which travel."""
    monkeypatch.delenv("EXCHANGES_POLICY", raising=False)
    assert producer("acme").redactor.policy == Policy.default().info()
    monkeypatch.setenv("EXCHANGES_POLICY", "strict")
    assert producer("acme").redactor.policy == Policy.strict().info()
    assert producer("acme", policy=Policy.metadata()).redactor.policy.name == "metadata"
    assert producer("acme", redactor=Redactor()).redactor.policy.name == "default"
    with pytest.raises(ValueError, match="one of the two"):
        producer("acme", redactor=Redactor(), policy=Policy.strict())


@pytest.mark.parametrize("producer", PRODUCERS)
def test_a_policy_that_cannot_be_used_is_told_before_anything_is_served(producer, monkeypatch, tmp_path):
    """File, line and key, or the secret that is not there: there is no producer."""
    path = tmp_path / "acme.toml"
    path.write_text("schema = 1\n[remove]\nnmaes = []\n")
    monkeypatch.setenv("EXCHANGES_POLICY", str(path))
    with pytest.raises(PolicyError, match=r"EXCHANGES_POLICY: .*acme\.toml:3: remove\.nmaes"):
        producer("acme")
    monkeypatch.delenv("ACME_TOKEN", raising=False)
    with pytest.raises(PolicyError, match="ACME_TOKEN is not set"):
        producer("acme", policy=Policy.default().with_secrets(env=["ACME_TOKEN"]))


@pytest.mark.parametrize("style", STYLES)
async def test_the_policy_travels_in_opened(style):
    """Whoever looks learns by which rules was redacted."""
    policy = Policy.strict(name="acme", version="7")
    kind = ExchangeProducer if style == "aio" else ThreadedExchangeProducer
    with temporary_private_folder() as folder:
        address = f"unix:{folder}/socket"
        async with serving(style, None, address, producer=kind("acme", policy=policy)) as served:
            opened, *_ = await look(served.address, None)
    assert opened.redaction_policy == policy.info()


@pytest.mark.parametrize("producer", PRODUCERS)
def test_a_token_that_nobody_would_check_is_refused(producer):
    """Without the interceptor any call would pass: the producer does not listen."""
    made = producer("acme", access=new_token())
    server = _NoServer()
    with temporary_private_folder() as folder:
        for address in ("127.0.0.1:0", f"unix:{folder}/s"):
            with pytest.raises(ConnectionRefused, match=r"producer\.interceptor\(\)"):
                made.listen(server, address)
    made.interceptor()
    assert made.listen(server, "127.0.0.1:0") == "127.0.0.1:1"


@pytest.mark.parametrize("producer", PRODUCERS)
def test_a_token_as_text_opens_nothing(producer):
    """Nobody would ask for it."""
    made = producer("acme", access=new_token().value)
    made.interceptor()
    with pytest.raises(TypeError, match="not a str"):
        made.listen(_NoServer(), "127.0.0.1:0")


class _NoServer:
    def add_insecure_port(self, _address):
        """Open nothing."""
        return 1


@pytest.mark.parametrize("producer", PRODUCERS)
def test_its_credentials_are_secrets_to_its_redactor(producer):
    """Token and key are removed wherever they turn up, the key with any line ends."""
    token, tls = new_token(), issue_run_credentials().connector
    redactor = Redactor()
    for access in (token, tls):
        producer("acme", access=access, redactor=redactor)
    key = [line for line in tls.private_key.decode().splitlines() if "-----" not in line]
    for text in (token.value, "".join(key), "\\n".join(key), *key[:-1]):
        assert text not in redactor.scrub(f"it said {text} and went")
    assert redactor.scrub("it said nothing and went") == "it said nothing and went"


@pytest.mark.parametrize("producer", PRODUCERS)
def test_a_name_with_the_token_in_it_is_cleaned(producer):
    """Its own name and version are scrubbed of its own credentials."""
    token = new_token()
    made = producer(f"acme {token.value}", version=token.value, access=token)
    assert token.value not in f"{made._connector}"


@pytest.mark.parametrize("style", STYLES)
async def test_the_debug_socket_admits_observers_alone(style):
    """Without any credentials: an owner is refused with a sentence, an observer sees what is held."""
    token = new_token()
    async with serving(style, token) as served:
        served.capture()
        with temporary_private_folder() as folder:
            address = await called(served.producer.listen_for_observers, folder / "debug")
            async with grpc.aio.insecure_channel(address) as channel:
                owner = Caller(channel)
                await owner.say(Open(consumer_id="c-1"))
                await owner.rest()
                code, detail = await owner.status()
            assert code is grpc.StatusCode.PERMISSION_DENIED
            assert "observer" in detail
            seen = await look(address, None)
            assert isinstance(seen[0], Opened)
            assert len([each for each in seen if isinstance(each, Batch)]) == 1
            assert served.producer.servicer.standing().streams == 0
            await called(served.producer.stop, 0.1)
            assert list(folder.iterdir()) == []  # the socket went with its server


@pytest.mark.parametrize("style", STYLES)
async def test_the_debug_socket_describes_itself(style):
    """Reflection and health, and none of the host's own calls."""
    async with serving(style, new_token()) as served:
        with temporary_private_folder() as folder:
            address = await called(served.producer.listen_for_observers, str(folder / "debug"))
            assert "c1.connector.v2.ConnectorService" in await listed(address)
            assert await files(address, "c1.connector.v2.ConnectorService")
            async with grpc.aio.insecure_channel(address) as channel:
                health = await health_pb2_grpc.HealthStub(channel).Check(
                    health_pb2.HealthCheckRequest(), timeout=20
                )
                assert health.status == health_pb2.HealthCheckResponse.SERVING
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await channel.unary_unary(ECHO)(b"", timeout=20)
            assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
            await called(served.producer.stop, 0.1)


@pytest.mark.parametrize("style", STYLES)
async def test_the_debug_socket_wants_a_private_folder(style, tmp_path):
    """As every socket does, and nothing is left where it was refused."""
    tmp_path.chmod(0o755)
    async with serving(style, new_token()) as served:
        with pytest.raises(ConnectionRefused, match="0700"):
            await called(served.producer.listen_for_observers, tmp_path / "debug")
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["ExchangeProducer", "ThreadedExchangeProducer"])
def test_without_the_library_channelz_names_its_extra(kind):
    """And only who asks for it needs it."""
    program = (
        "import asyncio, sys, tempfile; sys.modules['grpc_channelz'] = None\n"
        f"from captured_exchanges.connector import {kind} as Producer\n"
        "from captured_exchanges.errors import MissingExtra\n"
        "async def main(folder):\n"
        "    producer = Producer('acme')\n"
        "    async def listen(**named):\n"
        "        result = producer.listen_for_observers(folder + '/s', **named)\n"
        "        return await result if asyncio.iscoroutine(result) else result\n"
        "    print(await listen())\n"
        "    try: await listen(channelz=True)\n"
        "    except MissingExtra as error: print(error)\n"
        "    stopped = producer.stop(0)\n"
        "    if asyncio.iscoroutine(stopped): await stopped\n"
        "with tempfile.TemporaryDirectory() as folder: asyncio.run(main(folder))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    listening, error = done.stdout.splitlines()
    assert listening.startswith("unix:")
    assert "captured-exchanges[channelz]" in error
