"""The guard around hooks."""

import asyncio
import logging

import pytest

from captured_exchanges.capture.guard import harmless
from support.capture_sink import hook_failures


def test_swallowed(caplog):
    """An exception of the block is counted, logged by type and gone; its text is told to nobody."""

    class OnceError(Exception):
        pass

    with hook_failures(1), caplog.at_level(logging.DEBUG), harmless:
        raise OnceError("canary")
    assert [(log.levelname, log.getMessage()) for log in caplog.records] == [
        ("WARNING", f"a capture hook failed and was left out: {OnceError.__qualname__}")
    ]
    assert caplog.records[0].exc_info is None


def test_a_warning_once(caplog):
    """The same type again is counted, and a debug line only."""

    class OftenError(Exception):
        pass

    with hook_failures(3), caplog.at_level(logging.DEBUG):
        for _ in range(3):
            with harmless:
                raise OftenError
    assert [log.levelname for log in caplog.records] == ["WARNING", "DEBUG", "DEBUG"]


@pytest.mark.parametrize("kind", [asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_passes(kind):
    """What is no Exception passes."""
    with hook_failures(0), pytest.raises(kind), harmless:
        raise kind


def test_nothing_happens():
    """Without an exception the block is a block."""
    with hook_failures(0), harmless:
        pass
