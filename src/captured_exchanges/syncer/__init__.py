"""The syncer's end: takes a connector's exchanges into a store, or watches them go by."""

from captured_exchanges.handoff.consuming import ClientSettings
from captured_exchanges.syncer.channel import open_channel, open_threaded_channel
from captured_exchanges.syncer.consumer import ExchangeConsumer
from captured_exchanges.syncer.consumers import ExchangeConsumers
from captured_exchanges.syncer.identity import default_consumer_id
from captured_exchanges.syncer.observer import observe
from captured_exchanges.syncer.report import ConsumerReport, ConsumerState
from captured_exchanges.syncer.stores import DeliveryStore
from captured_exchanges.syncer.summary import ConsumersReport
from captured_exchanges.syncer.threaded_consumer import ThreadedExchangeConsumer
from captured_exchanges.syncer.threaded_consumers import ThreadedExchangeConsumers
from captured_exchanges.syncer.threaded_observer import observe_threaded
from captured_exchanges.syncer.writer import Patience

__all__ = [
    # consuming
    "ClientSettings",
    "ConsumerReport",
    "ConsumerState",
    "ConsumersReport",
    "DeliveryStore",
    "ExchangeConsumer",
    "ExchangeConsumers",
    "Patience",
    "ThreadedExchangeConsumer",
    "ThreadedExchangeConsumers",
    "default_consumer_id",
    # watching
    "observe",
    "observe_threaded",
    # calling
    "open_channel",
    "open_threaded_channel",
]
