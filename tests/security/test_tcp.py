import os

import pytest

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import (
    check_listen_address,
    check_target,
    is_loopback,
    issue_run_credentials,
    new_token,
    with_port,
)

BOTH = [check_listen_address, check_target]


@pytest.fixture(scope="module")
def tls():
    return issue_run_credentials().syncer


@pytest.mark.parametrize("check", BOTH)
@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("127.0.0.1:50051", "127.0.0.1:50051"),
        ("127.3.2.1:50051", "127.3.2.1:50051"),
        ("[::1]:50051", "[::1]:50051"),
        ("[0:0:0:0:0:0:0:1]:050", "[::1]:50"),
        ("localhost:50051", "127.0.0.1:50051"),
    ],
)
def test_a_token_goes_over_loopback(check, address, canonical):
    """To a literal; `localhost` is pinned to one, whatever the resolver says of it."""
    assert check(address, new_token()) == canonical


@pytest.mark.parametrize("check", BOTH)
@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0:50051",
        "[::]:50051",
        "192.0.2.1:50051",
        "[::ffff:127.0.0.1]:50051",
        "localhost.:50051",
        "localhost.example:50051",
        "127.1:50051",
        "2130706433:50051",
        "127.0.0.1.example:50051",
        "connector.internal:50051",
    ],
)
def test_a_token_goes_nowhere_else(check, address):
    """Not to what only looks like loopback, nor to a name, whatever it resolves to."""
    with pytest.raises(ConnectionRefused, match=r"token goes over loopback alone.*mutual TLS"):
        check(address, new_token())


@pytest.mark.parametrize("check", BOTH)
@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("0.0.0.0:50051", "0.0.0.0:50051"),
        ("[::]:50051", "[::]:50051"),
        ("connector.internal:443", "connector.internal:443"),
        ("localhost:443", "localhost:443"),
    ],
)
def test_mutual_tls_goes_anywhere(check, tls, address, canonical):
    """A name stays a name: the certificate is checked against it."""
    assert check(address, tls) == canonical


@pytest.mark.parametrize("check", BOTH)
@pytest.mark.parametrize(
    "address",
    [
        "dns:443",
        "dns:///localhost:443",
        "dns://192.0.2.1/localhost:443",
        "DNS:///localhost:443",
        "ipv4:127.0.0.1:443",
        "ipv4:127.0.0.1:443,192.0.2.1:443",
        "ipv6:[::1]:443",
        "passthrough:///127.0.0.1:443",
        "vsock:2:1",
        "xds:///connector:1",
        "google-c2p:///connector:1",
    ],
)
def test_a_scheme_of_grpcs_is_refused_with_any_credentials(check, tls, address):
    """An address means one thing."""
    for access in (new_token(), tls):
        with pytest.raises(ConnectionRefused, match="without a scheme"):
            check(address, access)


@pytest.mark.parametrize("check", BOTH)
@pytest.mark.parametrize(
    "address",
    [
        "",
        ":1",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:-1",
        "127.0.0.1:65536",
        "127.0.0.1:1e3",
        "127.0.0.1:١",
        "127.0.0.1:https",
        "::1:50051",
        "[]:1",
        "[127.0.0.1]:1",
        "[::1]",
        "[fe80::1%eth0]:1",
        "/run/exchanges.sock",
        "/run:1",
        "user@host:1",
        "a b:1",
        "hôst:1",
        "-x:1",
        "x" * 254 + ":1",
        "127.0.0.1,192.0.2.1:1",
    ],
)
def test_what_is_no_address_is_refused(check, tls, address):
    """The sentence says how one is written."""
    for access in (new_token(), tls):
        with pytest.raises(ConnectionRefused, match="HOST:PORT"):
            check(address, access)


def test_port_zero_is_for_listening(tls):
    """Any free port can be listened on, and none be dialled."""
    assert check_listen_address("127.0.0.1:0", tls) == "127.0.0.1:0"
    with pytest.raises(ConnectionRefused, match="1 to 65535"):
        check_target("127.0.0.1:0", tls)


def test_the_port_that_was_bound_takes_the_place_of_zero():
    """In brackets or not."""
    assert with_port("127.0.0.1:0", 7) == "127.0.0.1:7"
    assert with_port("[::1]:0", 7) == "[::1]:7"


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.2:1", True), ("[::1]:1", True), ("localhost:1", True), ("192.0.2.1:1", False), ("x:1", False)],
)
def test_loopback_is_known(address, expected):
    """By literal, and by the one name."""
    assert is_loopback(address) is expected


def test_windows_takes_mutual_tls_alone(monkeypatch, tls):
    """There every user reaches loopback, and sockets have no modes."""
    monkeypatch.setattr(os, "name", "nt")
    assert check_target("127.0.0.1:1", tls) == "127.0.0.1:1"
    with pytest.raises(ConnectionRefused, match=r"Windows.*mutual TLS"):
        check_target("127.0.0.1:1", new_token())
    with pytest.raises(ConnectionRefused, match=r"Windows.*mutual TLS"):
        check_target("unix:/run/x/s", tls)
