"""The handoff's bytes: the only room that touches generated protobuf code."""

from captured_exchanges.wire.annotations import (
    REQUEST_ID_TYPE,
    REQUEST_ID_TYPE_URL,
    request_id_annotation,
    request_ids,
)
from captured_exchanges.wire.exchanges import encode_exchange
from captured_exchanges.wire.requests import decode_request, encode_request
from captured_exchanges.wire.responses import decode_response, encode_response
from captured_exchanges.wire.service import METHOD, METHOD_NAME, SERVICE, service_files

__all__ = [
    # messages
    "decode_request",
    "decode_response",
    "encode_exchange",
    "encode_request",
    "encode_response",
    # annotations
    "REQUEST_ID_TYPE",
    "REQUEST_ID_TYPE_URL",
    "request_id_annotation",
    "request_ids",
    # the service
    "METHOD",
    "METHOD_NAME",
    "SERVICE",
    "service_files",
]
