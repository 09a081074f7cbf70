import shlex

from captured_exchanges.demo.serving import grpcurl_lines


def test_addresses_are_as_a_shell_and_grpcurl_read_them():
    """A socket path with a blank, percent-encoded for gRPC in Python, is plain and quoted for grpcurl."""
    for line in grpcurl_lines("unix:/tmp/a%20b/c.sock"):
        words = shlex.split(line)
        assert words[0] == "grpcurl"
        assert "unix:/tmp/a b/c.sock" in words
