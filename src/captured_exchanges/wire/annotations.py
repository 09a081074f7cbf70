"""RequestId annotations: how an object points at the exchanges that built it."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.any_pb2 import Any

from captured_exchanges.wire.generated import baton_pb2

__all__ = ["REQUEST_ID_TYPE", "REQUEST_ID_TYPE_URL", "request_id_annotation", "request_ids"]

REQUEST_ID_TYPE = "c1.connector.v2.RequestId"
REQUEST_ID_TYPE_URL = f"type.googleapis.com/{REQUEST_ID_TYPE}"


def request_id_annotation(request_id: str) -> Any:
    """The annotation that points at an exchange, ready for an object's `annotations`."""
    return Any(type_url=REQUEST_ID_TYPE_URL, value=baton_pb2.RequestId(id=request_id).SerializeToString())


def request_ids(annotations: Iterable[Any]) -> list[str]:
    """The request ids among an object's annotations, in their order.

    Raises google.protobuf.message.DecodeError where an annotation of that type is malformed.
    """
    wanted = (annotation for annotation in annotations if _names_request_id(annotation.type_url))
    return [baton_pb2.RequestId.FromString(annotation.value).id for annotation in wanted]


def _names_request_id(type_url: str) -> bool:
    return type_url.rpartition("/")[2] == REQUEST_ID_TYPE
