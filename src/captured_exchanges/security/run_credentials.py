"""Credentials for one run: what a parent makes, keeps one half of, and hands the other to its child.

Making certificates needs the library `cryptography`, the extra `tls`, and is done in `issuing`; using them
needs nothing but gRPC.
"""

from __future__ import annotations

from typing import NamedTuple

from captured_exchanges.security.access import MutualTLS

__all__ = ["CONNECTOR_NAME", "DAY", "RunCredentials", "issue_run_credentials"]

DAY = 86_400.0
CONNECTOR_NAME = "connector.captured-exchanges.invalid"
"""The name in a run's connector certificate, whatever address it is dialled at; no DNS ever resolves it."""


class RunCredentials(NamedTuple):
    """Both ends of one run; neither can play the other's part."""

    connector: MutualTLS
    syncer: MutualTLS


def issue_run_credentials(*, lifetime: float = DAY) -> RunCredentials:
    """Fresh credentials for a connector and its syncer, good for `lifetime` seconds from now.

    A connection that stands outlives its certificates; a reconnect after that is refused. Raises
    MissingExtra where `cryptography` is not installed, ValueError where the lifetime is not positive.
    """
    if lifetime <= 0:
        raise ValueError(f"a lifetime is positive; got {lifetime:g} s")
    from captured_exchanges.security.issuing import Authority  # noqa: PLC0415 - loads the extra `tls`

    authority = Authority(lifetime)
    return RunCredentials(
        MutualTLS(authority.certificate, *authority.issue_server(CONNECTOR_NAME)),
        MutualTLS(authority.certificate, *authority.issue_client(), peer_name=CONNECTOR_NAME),
    )
