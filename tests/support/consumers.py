"""Both styles of consumer and observer under one face, for tests that hold for both."""

import asyncio

from captured_exchanges.syncer import (
    ExchangeConsumer,
    ExchangeConsumers,
    ThreadedExchangeConsumer,
    ThreadedExchangeConsumers,
    observe,
    observe_threaded,
)


class InThreads:
    """A ThreadedExchangeConsumer held as an ExchangeConsumer is: what blocks, blocks another thread."""

    Inner = ThreadedExchangeConsumer

    def __init__(self, *arguments, **named):
        self._inner = self.Inner(*arguments, **named)

    @property
    def report(self):
        return self._inner.report

    async def __aenter__(self):
        await asyncio.to_thread(self._inner.__enter__)
        return self

    async def __aexit__(self, *error):
        await asyncio.to_thread(self._inner.__exit__, *error)

    async def drain(self, *arguments, **named):
        return await asyncio.to_thread(self._inner.drain, *arguments, **named)


class SeveralInThreads(InThreads):
    """ThreadedExchangeConsumers, held likewise."""

    Inner = ThreadedExchangeConsumers


STYLES = {"asyncio": ExchangeConsumer, "threads": InThreads}
SEVERAL = {"asyncio": ExchangeConsumers, "threads": SeveralInThreads}


async def observe_in_threads(target, **named):
    """`observe_threaded` as an asynchronous iterator."""
    responses = observe_threaded(target, **named)
    try:
        while (response := await asyncio.to_thread(next, responses, None)) is not None:
            yield response
    finally:
        await asyncio.to_thread(responses.close)


LOOKS = {"asyncio": observe, "threads": observe_in_threads}
