import os
import socket
from pathlib import Path

import grpc
import pytest

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import (
    addresses,
    check_listen_address,
    check_target,
    issue_run_credentials,
    new_token,
    temporary_private_folder,
    unix_address,
)
from support.security_folders import foreign_folder


@pytest.fixture
def folder():
    with temporary_private_folder() as made:
        yield made


def test_a_socket_in_a_private_folder_is_fine(folder):
    """Server and client get the same canonical address back."""
    address = unix_address(folder, "exchanges.sock")
    assert address == f"unix:{folder}/exchanges.sock"
    assert check_listen_address(address) == address
    assert check_target(address) == address


@pytest.mark.parametrize("check", [check_listen_address, check_target])
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:50051",
        "localhost:50051",
        "[::1]:50051",
        "0.0.0.0:0",
        "dns:///directory.example:443",
        "ipv4:127.0.0.1:1",
        "vsock:2:1",
        "xds:///connector",
        "exchanges.sock",
        "/run/exchanges.sock",
        "UNIX:/run/exchanges.sock",
        "",
    ],
)
def test_what_is_no_unix_socket_is_refused(check, address):
    """Without credentials TCP and all the rest is refused, with what is missing and what to use instead."""
    with pytest.raises(ConnectionRefused, match=r"mutual TLS.*token.*unix:PATH"):
        check(address)


@pytest.mark.parametrize("check", [check_listen_address, check_target])
def test_an_abstract_socket_is_refused(check):
    """A socket without a file has no permissions either, and a token does not help."""
    for access in (None, new_token()):
        with pytest.raises(ConnectionRefused, match="any user"):
            check("unix-abstract:exchanges", access)


@pytest.mark.parametrize("check", [check_listen_address, check_target])
def test_credentials_open_no_other_folder(check, folder):
    """What a server asks for on top changes nothing about who may reach its socket."""
    for access in (new_token(), issue_run_credentials().connector):
        assert check(unix_address(folder, "s"), access) == unix_address(folder, "s")
    folder.chmod(0o755)
    with pytest.raises(ConnectionRefused, match="0755"):
        check(unix_address(folder, "s"), new_token())


@pytest.mark.parametrize("address", ["unix:", "unix://", "unix:/tmp/", "unix:/run/a%00b"])
def test_an_address_without_a_socket_is_refused(address):
    """A path must name a file."""
    with pytest.raises(ConnectionRefused, match="names no socket"):
        check_listen_address(address)


@pytest.mark.parametrize("check", [check_listen_address, check_target])
def test_an_open_folder_is_refused(check, folder):
    """Neither end uses a socket that others can reach."""
    folder.chmod(0o755)
    with pytest.raises(ConnectionRefused, match="0755"):
        check(unix_address(folder, "s"))


@pytest.mark.parametrize("check", [check_listen_address, check_target])
def test_anothers_folder_is_refused(check, tmp_path):
    """Neither end uses a socket in somebody else's folder."""
    with pytest.raises(ConnectionRefused, match="another user"):
        check(f"unix:{foreign_folder(tmp_path)}/s")


@pytest.mark.parametrize("check", [check_listen_address, check_target])
def test_text_is_no_credentials(check, folder):
    """Taken for some, it would open a port that nobody guards; what it is, is not told."""
    token = new_token().value
    for address in ("0.0.0.0:1", "127.0.0.1:1", unix_address(folder, "s")):
        with pytest.raises(TypeError, match="BearerToken or a MutualTLS, not a str") as refused:
            check(address, token)
        assert token not in str(refused.value)


def test_too_long_a_path_is_refused(folder):
    """The sentence names the bound, before gRPC fails with less of an explanation."""
    with pytest.raises(ConnectionRefused, match="103"):
        unix_address(folder, "s" * 100)
    with pytest.raises(ConnectionRefused, match="103"):
        check_listen_address(f"unix:{folder}/{'s' * 100}")


def test_a_file_that_is_no_socket_is_refused(folder):
    """A client does not dial a file."""
    (folder / "s").write_text("")
    with pytest.raises(ConnectionRefused, match="not a socket"):
        check_target(unix_address(folder, "s"))
    (folder / "s").unlink()


def test_anothers_socket_is_refused(folder, monkeypatch):
    """A socket that somebody else bound in our folder (root can) is not ours."""
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(folder / "s"))
    if os.geteuid() == 0:
        os.chown(folder / "s", 65534, 65534)
    else:  # nobody but root can give a socket away: be somebody else instead, once the folder has passed
        monkeypatch.setattr(addresses, "check_private_folder", lambda _folder: None)
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(ConnectionRefused, match="another user"):
        check_target(unix_address(folder, "s"))


@pytest.mark.parametrize("form", ["unix:{path}", "unix://{path}"])
def test_both_forms_of_an_absolute_path_are_one_address(folder, form):
    """`unix:/a` and `unix:///a` are canonicalised to one."""
    assert check_listen_address(form.format(path=folder / "s")) == unix_address(folder, "s")


def test_a_relative_path_is_made_absolute(folder, monkeypatch):
    """A later change of directory does not move the address."""
    monkeypatch.chdir(folder)
    here = Path.cwd()
    assert check_listen_address("unix:s") == unix_address(here, "s")


@pytest.mark.parametrize("name", ["plain.sock", "with space", "per%20cent", "question?", "ha#sh", "ünï"])
async def test_grpc_meets_at_any_name(folder, name):
    """Server and client find each other at the encoded address, whatever characters the name has."""

    async def echo(request: bytes, _: object) -> bytes:
        return request

    address = unix_address(folder, name)
    assert check_listen_address(address) == address
    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(echo)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", {"Say": handler}),))
    server.add_insecure_port(address)
    await server.start()
    try:
        assert [entry.name for entry in folder.iterdir()] == [name]
        async with grpc.aio.insecure_channel(check_target(address)) as channel:
            assert await channel.unary_unary("/test.Echo/Say")(b"hello", timeout=10) == b"hello"
    finally:
        await server.stop(0)
