"""RequestId annotations."""

from google.protobuf.any_pb2 import Any

from captured_exchanges.wire import request_id_annotation, request_ids

BATON_WROTE = bytes.fromhex(
    "0a2d747970652e676f6f676c65617069732e636f6d2f63312e636f6e6e6563746f722e76322e526571756573744964120c0a0a7265712d303030303031"
)
"""An annotation out of tests/fixtures/go-50.c1z, written by baton's SDK."""


def test_an_annotation_is_byte_for_byte_batons():
    """What we stamp is what baton's SDK writes."""
    assert request_id_annotation("req-000001").SerializeToString() == BATON_WROTE


def test_request_ids_come_in_order_and_others_are_passed_over():
    """Only RequestId annotations count, whatever host their type URL names."""
    other = Any(type_url="type.googleapis.com/c1.connector.v2.UserTrait", value=b"\xff")
    elsewhere = Any(
        type_url="types.example/c1.connector.v2.RequestId", value=request_id_annotation("b").value
    )
    assert request_ids([request_id_annotation("a"), other, elsewhere]) == ["a", "b"]
