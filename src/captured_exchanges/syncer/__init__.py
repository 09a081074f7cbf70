"""The syncer's end: takes a connector's exchanges into a store, or watches them go by."""

from captured_exchanges.handoff.consuming import ClientSettings
from captured_exchanges.syncer.channel import open_channel, open_threaded_channel
from captured_exchanges.syncer.consumer import ExchangeConsumer
from captured_exchanges.syncer.identity import default_consumer_id
from captured_exchanges.syncer.observer import observe
from captured_exchanges.syncer.report import ConsumerReport, ConsumerState
from captured_exchanges.syncer.stores import DeliveryStore
from captured_exchanges.syncer.writer import Patience

__all__ = [
    # consuming
    "ClientSettings",
    "ConsumerReport",
    "ConsumerState",
    "DeliveryStore",
    "ExchangeConsumer",
    "Patience",
    "default_consumer_id",
    # watching
    "observe",
    # calling
    "open_channel",
    "open_threaded_channel",
]
