"""Stamping: RequestId annotations on the objects of an answer, within bounds.

At most MAX_IDS an object and MAX_BYTES an answer, and no answer grows past what a stock client takes. An
object gets first the ids of exchanges whose response mentions it, then the others, in start order; and
every object gets its first id before any gets its second. What is left out is counted. An object that
carries RequestId annotations already was stamped by a connector that knows better, and is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from google.protobuf.any_pb2 import Any

from captured_exchanges import telemetry
from captured_exchanges.capture import Scope
from captured_exchanges.connector.list_calls import BatonObject, ListCall
from captured_exchanges.wire import REQUEST_ID_TYPE, request_id_annotation

__all__ = ["MAX_BYTES", "MAX_IDS", "MAX_MESSAGE_BYTES", "stamp"]

MAX_IDS = 8
"""Annotations an object gets at most."""
MAX_BYTES = 1024 * 1024
"""Bytes of annotations an answer gets at most."""
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
"""What a gRPC client takes by default."""

_FRAME = 4
"""Bytes of tag and length around an annotation, and of growth of its object's own length: at most."""


def stamp(raw: bytes, call: ListCall, scope: Scope) -> bytes:
    """The answer with the ids of the exchanges that started in the scope; unchanged where there are none.

    Raises google.protobuf.message.DecodeError where the bytes are no answer of that call. Takes some 10 ms
    a MiB of remembered responses where several exchanges are to be told apart.
    """
    request_ids = scope.request_ids
    if not request_ids:
        return raw
    answer = call.answer(raw)
    bare = [each for each in answer.list if not _carries_request_id(each)]
    stamped = _annotate(bare, _wanted(bare, call, scope, request_ids), _room(len(raw), len(bare)))
    written = answer.SerializeToString()
    if len(written) > MAX_MESSAGE_BYTES >= len(raw):  # an unusual encoding that grew in being written anew
        written, stamped = raw, 0
    _count_left_out(len(bare) * len(request_ids) - stamped)
    return written if stamped else raw


def _carries_request_id(found: BatonObject) -> bool:
    return any(each.type_url.rpartition("/")[2] == REQUEST_ID_TYPE for each in found.annotations)


def _room(size: int, objects: int) -> int:
    """Bytes that annotations may take. An answer that is too large already is the connector's choice."""
    left = MAX_MESSAGE_BYTES - size - objects * _FRAME
    return min(MAX_BYTES, left) if size <= MAX_MESSAGE_BYTES else MAX_BYTES


def _wanted(
    bare: Sequence[BatonObject], call: ListCall, scope: Scope, request_ids: Sequence[str]
) -> list[list[str]]:
    """The ids that each object should get, the best first."""
    if len(request_ids) == 1:
        return [[request_ids[0]]] * len(bare)
    upstream_ids = [call.upstream_ids(each) for each in bare]
    mentions = scope.mentions({name for names in upstream_ids for name in names if name})
    order = {request_id: place for place, request_id in enumerate(request_ids)}
    return [_best([mentions.get(name, ()) for name in names], order) for names in upstream_ids]


def _best(mentions: Sequence[Sequence[str]], order: dict[str, int]) -> list[str]:
    """Ids that mention the most of an object come first, then start order decides."""
    hits = Counter(request_id for each in mentions for request_id in each if request_id in order)
    mentioning = sorted(hits, key=lambda request_id: (-hits[request_id], order[request_id]))[:MAX_IDS]
    others = (request_id for request_id in order if request_id not in hits)
    return [*mentioning, *islice(others, MAX_IDS - len(mentioning))]


def _annotate(bare: Sequence[BatonObject], wanted: Sequence[Sequence[str]], room: int) -> int:
    """Add annotations, one to each object and again, until nothing is wanted or no room is left."""
    annotations: dict[str, tuple[Any, int]] = {}
    stamped = 0
    for rank in range(MAX_IDS):
        for found, request_ids in zip(bare, wanted, strict=True):
            if rank >= len(request_ids):
                continue
            annotation, size = _annotation(request_ids[rank], annotations)
            if size > room:
                return stamped
            found.annotations.append(annotation)
            room -= size
            stamped += 1
    return stamped


def _annotation(request_id: str, made: dict[str, tuple[Any, int]]) -> tuple[Any, int]:
    if request_id not in made:
        annotation = request_id_annotation(request_id)
        made[request_id] = annotation, annotation.ByteSize() + _FRAME
    return made[request_id]


def _count_left_out(count: int) -> None:
    if count:
        telemetry.count("connector.annotations_left_out", count)
