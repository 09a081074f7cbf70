"""The options by which a command shows credentials to a connector.

None of them takes a secret itself: arguments are seen by other users of the machine. Credentials come from
stdin, on which a parent hands them over, or from files that their owner alone can read.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from captured_exchanges.security import Access, MutualTLS, load_access, read_secret_file

__all__ = ["access_options", "refuse_for_file"]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_LINE_BYTES = 1024 * 1024
_FILE = click.Path(path_type=Path, dir_okay=False, readable=False)
_TLS = ("ca", "cert", "key")


def access_options(command: _Command) -> _Command:
    """--credentials, --ca, --cert, --key and --peer-name, as `access`: Access, or None where none is given.

    Reads stdin where it is told to, before the command begins.
    """

    @functools.wraps(command)
    def with_access(*, credentials: Path | None, peer_name: str | None, **named: Any) -> Any:  # noqa: ANN401 - the command's
        files = {name: named.pop(name) for name in _TLS}
        return command(access=_access(credentials, files, peer_name), **named)

    for option in reversed(_options()):
        with_access = option(with_access)
    return with_access  # type: ignore[return-value]  # click's decorators keep the kind of what they decorate


def refuse_for_file(access: Access | None) -> None:
    """Raise UsageError where credentials come with a word that names a file."""
    if access is not None:
        raise click.UsageError("credentials are for a TARGET, and this is read as a FILE")


def _options() -> list[Callable[[Any], Any]]:
    return [
        click.option(
            "--credentials",
            metavar="FILE|-",
            type=click.Path(path_type=Path, dir_okay=False, readable=False, allow_dash=True),
            help="A line that dump_access wrote, in a file of mode 0600 or (-) on stdin.",
        ),
        click.option(
            "--ca", metavar="FILE", type=_FILE, help="Mutual TLS: who signs the connector's certificate."
        ),
        click.option("--cert", metavar="FILE", type=_FILE, help="Mutual TLS: our certificate."),
        click.option("--key", metavar="FILE", type=_FILE, help="Mutual TLS: its private key, of mode 0600."),
        click.option(
            "--peer-name",
            metavar="NAME",
            help="Mutual TLS: the name in the connector's certificate [default: TARGET's host].",
        ),
    ]


def _access(credentials: Path | None, files: dict[str, Path | None], peer_name: str | None) -> Access | None:
    given = [f"--{name}" for name, file in files.items() if file is not None]
    if credentials is not None:
        if given or peer_name is not None:
            raise click.UsageError(
                f"--credentials holds all there is: leave {(given or ['--peer-name'])[0]} out"
            )
        return load_access(_line(credentials))
    match files:
        case {"ca": Path() as ca, "cert": Path() as certificate, "key": Path() as key}:
            return MutualTLS.from_files(ca, certificate, key, peer_name=peer_name or "")
    if given or peer_name is not None:
        missing = ", ".join(f"--{name}" for name in _TLS if f"--{name}" not in given)
        raise click.UsageError(f"mutual TLS wants --ca, --cert and --key: {missing} is missing")
    return None


def _line(source: Path) -> bytes:
    return sys.stdin.buffer.readline(_LINE_BYTES) if str(source) == "-" else read_secret_file(source)
