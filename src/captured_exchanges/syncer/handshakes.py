"""What gRPC says of a connection that did not come about, in words.

A TLS handshake that fails is UNAVAILABLE to gRPC, like a connector that is not there yet, and its cause
stands in OpenSSL's words at the end of the detail. Where the connector refuses *our* certificate there is
none: gRPC closes the connection without saying why (in TLS 1.3 after our side took the handshake for done).
Both are tried again by the rules; told they must be, for no retry heals them.
"""

from __future__ import annotations

__all__ = ["HANDSHAKE_FAILED", "plain_detail"]

HANDSHAKE_FAILED = "the TLS handshake failed: "
"""How a detail begins that `plain_detail` has put in words."""

_CAUSES = (
    ("certificate has expired", "the connector's certificate has expired"),
    ("certificate is not yet valid", "the connector's certificate is not valid yet: do the clocks agree?"),
    ("Hostname Verification", "the connector's certificate bears another name than the one that is wanted"),
    ("certificate purpose", "the connector's certificate is not one for servers"),
    ("WRONG_VERSION_NUMBER", "what listens there speaks no TLS"),
    ("CERTIFICATE_VERIFY_FAILED", "the connector's certificate is not signed by the CA that was given"),
    ("certificate signature failure", "the connector's certificate is not signed by the CA that was given"),
)
_CLOSED = (
    "the connection was closed at once. So does a connector with mutual TLS towards a client without a "
    "certificate, or with one that its CA has not signed or that has expired; or it is stopping just now"
)


def plain_detail(detail: str) -> str:
    """The detail of a status UNAVAILABLE, in words where they are known, else as it is."""
    for sign, cause in _CAUSES:
        if sign in detail:
            return HANDSHAKE_FAILED + cause
    if (
        "failed to connect" in detail
        and "Socket closed" in detail
        and ("ipv4:" in detail or "ipv6:" in detail)
    ):
        return HANDSHAKE_FAILED + _CLOSED
    return detail
