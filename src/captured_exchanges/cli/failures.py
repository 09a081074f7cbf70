"""How a command ends: exit code and one line on stderr; a traceback only for who asks for it.

0    done; also when whoever read our output had enough and closed the pipe
1    something this package or the system could not do: `error: …` says what, where and what to do
2    the command line was wrong
130  interrupted
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Callable

import click

from captured_exchanges.cli.printable import one_line, printable
from captured_exchanges.errors import CapturedExchangesError

__all__ = ["DEBUG_VARIABLE", "exit_code_of"]

DEBUG_VARIABLE = "EXCHANGES_DEBUG"
_FAILED, _INTERRUPTED = 1, 130


def exit_code_of(run: Callable[[], int]) -> int:
    """Run a command and say how it ended; nothing but SystemExit passes."""
    try:
        code = run()
        _flush()
    except BrokenPipeError:
        _close_output()
        return 0
    except KeyboardInterrupt:
        _close_output()
        return _INTERRUPTED
    except click.ClickException as error:
        return _refused(error)
    except Exception as error:  # noqa: BLE001 - the last door before the user: a bug is told, not thrown at them
        return _failed(_sentence(error))
    return code


def _refused(error: click.ClickException) -> int:
    shown = io.StringIO()
    error.show(file=shown)
    print(printable(shown.getvalue()), end="", file=sys.stderr)  # noqa: T201 - this is the printer
    return error.exit_code


def _failed(sentence: str) -> int:
    if os.environ.get(DEBUG_VARIABLE):
        print(printable(traceback.format_exc()), end="", file=sys.stderr)  # noqa: T201 - this is the printer
    try:
        print(f"error: {one_line(sentence)}", file=sys.stderr, flush=True)  # noqa: T201 - this is the printer
        _flush()
    except OSError:
        _close_output()
    return _FAILED


def _sentence(error: Exception) -> str:
    if isinstance(error, CapturedExchangesError):
        return str(error)
    if isinstance(error, OSError):
        what = error.strerror or type(error).__name__
        return f"{error.filename}: {what}" if error.filename else what
    return (
        f"this is a bug in captured-exchanges ({type(error).__name__}); "
        f"set {DEBUG_VARIABLE}=1 and run again to see where, and report it"
    )


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _close_output() -> None:
    """Nobody reads any more, or nobody may be waited for: what is still buffered goes nowhere, so the
    interpreter's own flush at exit can neither fail nor block.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
