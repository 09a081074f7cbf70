import pytest

from captured_exchanges.syncer.handshakes import HANDSHAKE_FAILED, plain_detail

PREFIX = "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: "


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (
            "Tls handshake failed: SSL_ERROR_SSL: CERTIFICATE_VERIFY_FAILED: certificate has expired",
            "expired",
        ),
        ("CERTIFICATE_VERIFY_FAILED: certificate is not yet valid: OK", "not valid yet"),
        ("CERTIFICATE_VERIFY_FAILED: unsupported certificate purpose: OK", "not one for servers"),
        ("CERTIFICATE_VERIFY_FAILED: unable to get local issuer certificate", "not signed by the CA"),
        (
            "ECDSA routines:OPENSSL_internal:BAD_SIGNATURE: certificate signature failure",
            "not signed by the CA",
        ),
        ("Custom verification check failed: Hostname Verification Check failed.", "another name"),
        ("SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER", "speaks no TLS"),
        ("Socket closed", "its CA has not signed"),
    ],
)
def test_what_openssl_says_is_put_in_words(said, means):
    """The words of the libraries that CI pins; that they still are theirs, the journeys see."""
    told = plain_detail(PREFIX + said)
    assert told.startswith(HANDSHAKE_FAILED)
    assert means in told


@pytest.mark.parametrize(
    "said",
    [
        "",
        PREFIX + "Failed to connect to remote host: Connection refused",
        "Socket closed",
        "failed to connect to all addresses; last error: UNAVAILABLE: unix:/run/s: Socket closed",
        "the connector is stopping",
    ],
)
def test_all_else_stays_as_it_is(said):
    """A connector that is not there, one that goes in the middle of a stream, a socket that closes."""
    assert plain_detail(said) == said
