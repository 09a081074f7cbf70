import grpc
import grpc.aio
import pytest
from grpc_channelz.v1 import channelz_pb2, channelz_pb2_grpc

from captured_exchanges.security import new_token, temporary_private_folder
from support.access_servers import ECHO, STYLES, called, serving
from support.connector_reflection import files, listed

NAME = "grpc.channelz.v1.Channelz"


@pytest.mark.parametrize("style", STYLES)
async def test_the_debug_socket_tells_of_the_other_server(style):
    """Behind a flag: calls of the connector's own server are counted there; grpcurl can describe it."""
    token = new_token()
    async with serving(style, token) as served:
        async with grpc.aio.insecure_channel(served.address) as channel:
            shown = (("authorization", f"Bearer {token.value}"),)
            for _ in range(3):
                await channel.unary_unary(ECHO)(b"", metadata=shown, timeout=20)
        with temporary_private_folder() as folder:
            address = await called(served.producer.listen_for_observers, folder / "debug", channelz=True)
            assert NAME in await listed(address)
            assert await files(address, NAME)
            async with grpc.aio.insecure_channel(address) as channel:
                answer = await channelz_pb2_grpc.ChannelzStub(channel).GetServers(
                    channelz_pb2.GetServersRequest(), timeout=20
                )
            assert any(server.data.calls_started >= 3 for server in answer.server)
            assert token.value.encode() not in answer.SerializeToString()
            await called(served.producer.stop, 0.1)


@pytest.mark.parametrize("style", STYLES)
async def test_it_is_not_there_unless_asked_for(style):
    """Neither on the debug socket nor anywhere else."""
    async with serving(style, new_token()) as served:
        with temporary_private_folder() as folder:
            address = await called(served.producer.listen_for_observers, folder / "debug")
            assert NAME not in await listed(address)
            async with grpc.aio.insecure_channel(address) as channel:
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await channelz_pb2_grpc.ChannelzStub(channel).GetServers(
                        channelz_pb2.GetServersRequest(), timeout=20
                    )
            assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
            await called(served.producer.stop, 0.1)
