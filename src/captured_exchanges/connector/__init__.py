"""The connector's end: records what capture sees, stamps objects with it, and serves it to a syncer."""

from captured_exchanges.connector.health import Health, ThreadedHealth
from captured_exchanges.connector.interceptor import CaptureInterceptor
from captured_exchanges.connector.lifecycle import serve_until_stopped, stop_requested
from captured_exchanges.connector.options import SERVER_OPTIONS
from captured_exchanges.connector.producer import ExchangeProducer
from captured_exchanges.connector.recorder import Recorder
from captured_exchanges.connector.reflection import enable_reflection
from captured_exchanges.connector.servicer import ExchangeServicer
from captured_exchanges.connector.threaded_interceptor import ThreadedCaptureInterceptor
from captured_exchanges.connector.threaded_lifecycle import threaded_serve_until_stopped
from captured_exchanges.connector.threaded_producer import ThreadedExchangeProducer
from captured_exchanges.connector.threaded_servicer import ThreadedExchangeServicer

__all__ = [
    # the door
    "ExchangeProducer",
    "SERVER_OPTIONS",
    "ThreadedExchangeProducer",
    "serve_until_stopped",
    "stop_requested",
    "threaded_serve_until_stopped",
    # the parts
    "CaptureInterceptor",
    "ExchangeServicer",
    "Health",
    "Recorder",
    "ThreadedCaptureInterceptor",
    "ThreadedExchangeServicer",
    "ThreadedHealth",
    "enable_reflection",
]
