"""The options that several commands share, and how they open a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from captured_exchanges.cli.candidates import complete_sync_id
from captured_exchanges.cli.printable import one_line
from captured_exchanges.store import Store, open_store

__all__ = [
    "SIZE",
    "UTF8",
    "file_argument",
    "form_option",
    "max_unpacked_option",
    "open_to_read",
    "sync_id_option",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_JSON_HELP = "One JSON document a line: the default in a pipe."
_TABLE_HELP = "Text for people: the default on a terminal."
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


class _Size(click.ParamType[int]):
    """Bytes, with K, M, G or T for powers of 1024."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        number = str(value).upper().removesuffix("B").removesuffix("I")
        digits = number.rstrip("KMGT")
        unit = number[len(digits) :]
        if not (digits.isascii() and digits.isdigit() and unit in _UNITS and int(digits)):
            self.fail(f"{value!r} is no size: write bytes, or 500M, 10G", param, ctx)
        return int(digits) * _UNITS[unit]


class _Utf8(click.ParamType[str]):
    """Text that can be looked up: the system hands over stray bytes of an argument as surrogates."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            str(value).encode()
        except UnicodeEncodeError:
            self.fail(f"{one_line(str(value))} is not valid UTF-8", param, ctx)
        return str(value)


UTF8 = _Utf8()
SIZE = _Size()


def file_argument(command: _Command) -> _Command:
    """FILE."""
    return click.argument("file", type=click.Path(path_type=Path, readable=False))(command)


def form_option(command: _Command) -> _Command:
    """--json and --table, as `form`."""
    as_json = click.option("--json", "form", flag_value="json", help=_JSON_HELP)
    as_table = click.option("--table", "form", flag_value="table", help=_TABLE_HELP)
    return as_json(as_table(command))


def sync_id_option(command: _Command) -> _Command:
    """--sync-id."""
    return click.option(
        "--sync-id", metavar="ID", type=UTF8, shell_complete=complete_sync_id, help="Only this sync."
    )(command)


def max_unpacked_option(command: _Command) -> _Command:
    """--max-unpacked."""
    return click.option(
        "--max-unpacked",
        type=SIZE,
        default="10G",
        show_default=True,
        envvar="EXCHANGES_MAX_UNPACKED",
        show_envvar=True,
        help="Refuse a .c1z that unpacks to more bytes (K, M, G, T).",
    )(command)


def open_to_read(file: Path, max_unpacked: int) -> Store:
    """The store in a file, to be closed by the caller. Raises StoreError."""
    return open_store(file, "r", max_unpacked_bytes=max_unpacked)
