"""Credentials made for a test, also such as nobody should accept."""

from __future__ import annotations

from pathlib import Path

from captured_exchanges.security import CONNECTOR_NAME, MutualTLS
from captured_exchanges.security.issuing import Authority

HOUR = 3600.0


def connector_of(authority: Authority, signer: Authority | None = None) -> MutualTLS:
    """A connector's end that admits whom `authority` signed; its own certificate by `signer`."""
    return MutualTLS(authority.certificate, *(signer or authority).issue_server(CONNECTOR_NAME))


def syncer_of(
    authority: Authority, signer: Authority | None = None, *, peer_name: str = CONNECTOR_NAME
) -> MutualTLS:
    """A syncer's end that trusts connectors of `authority`; its own certificate by `signer`."""
    return MutualTLS(authority.certificate, *(signer or authority).issue_client(), peer_name)


def written(tls: MutualTLS, folder: Path) -> tuple[Path, Path, Path]:
    """CA, certificate and key as files, the key for its owner alone."""
    paths = folder / "ca.pem", folder / "cert.pem", folder / "key.pem"
    for path, content in zip(paths, (tls.ca, tls.certificate, tls.private_key), strict=True):
        path.touch(mode=0o600)
        path.write_bytes(content)
    return paths
