"""What is settled comes to its end, however often its waiter is cancelled."""

import asyncio

import pytest

from captured_exchanges.syncer.settling import settle


async def test_it_waits_to_the_end_and_is_cancelled_then():
    """Three cancellations later the work is whole, and the last of them passes through."""
    begun, go_on, done = asyncio.Event(), asyncio.Event(), []

    async def work():
        begun.set()
        await go_on.wait()
        done.append("all of it")

    waiting = asyncio.create_task(settle(work()))
    await begun.wait()
    for _ in range(3):
        waiting.cancel()
        await asyncio.sleep(0)
    assert not waiting.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert done == ["all of it"]


async def test_what_the_work_raises_is_raised():
    """Where nobody cancels."""

    async def work():
        raise LookupError("this")

    with pytest.raises(LookupError, match="this"):
        await settle(work())
