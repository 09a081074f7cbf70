import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_OWNER: _ClassVar[Role]
    ROLE_OBSERVER: _ClassVar[Role]
ROLE_UNSPECIFIED: Role
ROLE_OWNER: Role
ROLE_OBSERVER: Role

class StreamCapturedExchangesRequest(_message.Message):
    __slots__ = ("open", "ack", "drain", "heartbeat")
    OPEN_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    open: Open
    ack: Ack
    drain: Drain
    heartbeat: Heartbeat
    def __init__(self, open: _Optional[_Union[Open, _Mapping]] = ..., ack: _Optional[_Union[Ack, _Mapping]] = ..., drain: _Optional[_Union[Drain, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ...) -> None: ...

class Open(_message.Message):
    __slots__ = ("protocol_version", "consumer_id", "sync_id", "resume", "max_outstanding_exchanges", "max_outstanding_bytes", "max_batch_exchanges", "max_batch_bytes", "max_batch_delay", "take_over", "follow", "from_sequence", "filter")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    CONSUMER_ID_FIELD_NUMBER: _ClassVar[int]
    SYNC_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    MAX_OUTSTANDING_EXCHANGES_FIELD_NUMBER: _ClassVar[int]
    MAX_OUTSTANDING_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_EXCHANGES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_DELAY_FIELD_NUMBER: _ClassVar[int]
    TAKE_OVER_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    FROM_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    protocol_version: int
    consumer_id: str
    sync_id: str
    resume: _containers.RepeatedCompositeFieldContainer[ResumePosition]
    max_outstanding_exchanges: int
    max_outstanding_bytes: int
    max_batch_exchanges: int
    max_batch_bytes: int
    max_batch_delay: _duration_pb2.Duration
    take_over: bool
    follow: bool
    from_sequence: int
    filter: Filter
    def __init__(self, protocol_version: _Optional[int] = ..., consumer_id: _Optional[str] = ..., sync_id: _Optional[str] = ..., resume: _Optional[_Iterable[_Union[ResumePosition, _Mapping]]] = ..., max_outstanding_exchanges: _Optional[int] = ..., max_outstanding_bytes: _Optional[int] = ..., max_batch_exchanges: _Optional[int] = ..., max_batch_bytes: _Optional[int] = ..., max_batch_delay: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., take_over: _Optional[bool] = ..., follow: _Optional[bool] = ..., from_sequence: _Optional[int] = ..., filter: _Optional[_Union[Filter, _Mapping]] = ...) -> None: ...

class ResumePosition(_message.Message):
    __slots__ = ("epoch", "after_sequence")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    after_sequence: int
    def __init__(self, epoch: _Optional[str] = ..., after_sequence: _Optional[int] = ...) -> None: ...

class Filter(_message.Message):
    __slots__ = ("transport_kinds", "surfaces", "sync_ids")
    TRANSPORT_KINDS_FIELD_NUMBER: _ClassVar[int]
    SURFACES_FIELD_NUMBER: _ClassVar[int]
    SYNC_IDS_FIELD_NUMBER: _ClassVar[int]
    transport_kinds: _containers.RepeatedScalarFieldContainer[str]
    surfaces: _containers.RepeatedScalarFieldContainer[str]
    sync_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, transport_kinds: _Optional[_Iterable[str]] = ..., surfaces: _Optional[_Iterable[str]] = ..., sync_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class Ack(_message.Message):
    __slots__ = ("epoch", "through_sequence")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    THROUGH_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    through_sequence: int
    def __init__(self, epoch: _Optional[str] = ..., through_sequence: _Optional[int] = ...) -> None: ...

class Drain(_message.Message):
    __slots__ = ("timeout",)
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    timeout: _duration_pb2.Duration
    def __init__(self, timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StreamCapturedExchangesResponse(_message.Message):
    __slots__ = ("opened", "batch", "gap", "drained", "heartbeat", "closing")
    OPENED_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    DRAINED_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    CLOSING_FIELD_NUMBER: _ClassVar[int]
    opened: Opened
    batch: Batch
    gap: Gap
    drained: Drained
    heartbeat: ServerHeartbeat
    closing: Closing
    def __init__(self, opened: _Optional[_Union[Opened, _Mapping]] = ..., batch: _Optional[_Union[Batch, _Mapping]] = ..., gap: _Optional[_Union[Gap, _Mapping]] = ..., drained: _Optional[_Union[Drained, _Mapping]] = ..., heartbeat: _Optional[_Union[ServerHeartbeat, _Mapping]] = ..., closing: _Optional[_Union[Closing, _Mapping]] = ...) -> None: ...

class Opened(_message.Message):
    __slots__ = ("protocol_version", "role", "epoch", "oldest_sequence", "next_sequence", "acked_through", "heartbeat_interval", "limits", "connector", "redaction_policy")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    OLDEST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    NEXT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ACKED_THROUGH_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_INTERVAL_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    CONNECTOR_FIELD_NUMBER: _ClassVar[int]
    REDACTION_POLICY_FIELD_NUMBER: _ClassVar[int]
    protocol_version: int
    role: Role
    epoch: str
    oldest_sequence: int
    next_sequence: int
    acked_through: int
    heartbeat_interval: _duration_pb2.Duration
    limits: Limits
    connector: Connector
    redaction_policy: RedactionPolicy
    def __init__(self, protocol_version: _Optional[int] = ..., role: _Optional[_Union[Role, str]] = ..., epoch: _Optional[str] = ..., oldest_sequence: _Optional[int] = ..., next_sequence: _Optional[int] = ..., acked_through: _Optional[int] = ..., heartbeat_interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., connector: _Optional[_Union[Connector, _Mapping]] = ..., redaction_policy: _Optional[_Union[RedactionPolicy, _Mapping]] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("max_outstanding_exchanges", "max_outstanding_bytes", "max_batch_exchanges", "max_batch_bytes", "max_batch_delay")
    MAX_OUTSTANDING_EXCHANGES_FIELD_NUMBER: _ClassVar[int]
    MAX_OUTSTANDING_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_EXCHANGES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_DELAY_FIELD_NUMBER: _ClassVar[int]
    max_outstanding_exchanges: int
    max_outstanding_bytes: int
    max_batch_exchanges: int
    max_batch_bytes: int
    max_batch_delay: _duration_pb2.Duration
    def __init__(self, max_outstanding_exchanges: _Optional[int] = ..., max_outstanding_bytes: _Optional[int] = ..., max_batch_exchanges: _Optional[int] = ..., max_batch_bytes: _Optional[int] = ..., max_batch_delay: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Connector(_message.Message):
    __slots__ = ("name", "version")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class RedactionPolicy(_message.Message):
    __slots__ = ("name", "version", "hash")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    hash: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., hash: _Optional[str] = ...) -> None: ...

class Batch(_message.Message):
    __slots__ = ("epoch", "exchanges", "acked_through")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    EXCHANGES_FIELD_NUMBER: _ClassVar[int]
    ACKED_THROUGH_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    exchanges: _containers.RepeatedCompositeFieldContainer[CapturedExchange]
    acked_through: int
    def __init__(self, epoch: _Optional[str] = ..., exchanges: _Optional[_Iterable[_Union[CapturedExchange, _Mapping]]] = ..., acked_through: _Optional[int] = ...) -> None: ...

class CapturedExchange(_message.Message):
    __slots__ = ("sequence", "request_id", "sync_id", "transport_kind", "request_json", "response_json", "intent_json", "captured_at")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SYNC_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSPORT_KIND_FIELD_NUMBER: _ClassVar[int]
    REQUEST_JSON_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_JSON_FIELD_NUMBER: _ClassVar[int]
    INTENT_JSON_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_AT_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    request_id: str
    sync_id: str
    transport_kind: str
    request_json: str
    response_json: str
    intent_json: str
    captured_at: _timestamp_pb2.Timestamp
    def __init__(self, sequence: _Optional[int] = ..., request_id: _Optional[str] = ..., sync_id: _Optional[str] = ..., transport_kind: _Optional[str] = ..., request_json: _Optional[str] = ..., response_json: _Optional[str] = ..., intent_json: _Optional[str] = ..., captured_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Gap(_message.Message):
    __slots__ = ("epoch", "first_sequence", "last_sequence", "count", "bytes", "reason", "syncs")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SYNCS_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    first_sequence: int
    last_sequence: int
    count: int
    bytes: int
    reason: str
    syncs: _containers.RepeatedCompositeFieldContainer[SyncCount]
    def __init__(self, epoch: _Optional[str] = ..., first_sequence: _Optional[int] = ..., last_sequence: _Optional[int] = ..., count: _Optional[int] = ..., bytes: _Optional[int] = ..., reason: _Optional[str] = ..., syncs: _Optional[_Iterable[_Union[SyncCount, _Mapping]]] = ...) -> None: ...

class SyncCount(_message.Message):
    __slots__ = ("sync_id", "count")
    SYNC_ID_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    sync_id: str
    count: int
    def __init__(self, sync_id: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class Drained(_message.Message):
    __slots__ = ("epoch", "through_sequence", "acked_through", "counters")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    THROUGH_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ACKED_THROUGH_FIELD_NUMBER: _ClassVar[int]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    through_sequence: int
    acked_through: int
    counters: _containers.RepeatedCompositeFieldContainer[SyncCounters]
    def __init__(self, epoch: _Optional[str] = ..., through_sequence: _Optional[int] = ..., acked_through: _Optional[int] = ..., counters: _Optional[_Iterable[_Union[SyncCounters, _Mapping]]] = ...) -> None: ...

class SyncCounters(_message.Message):
    __slots__ = ("sync_id", "captured", "acked", "dropped", "abandoned")
    SYNC_ID_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_FIELD_NUMBER: _ClassVar[int]
    ACKED_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    ABANDONED_FIELD_NUMBER: _ClassVar[int]
    sync_id: str
    captured: int
    acked: int
    dropped: _containers.RepeatedCompositeFieldContainer[Dropped]
    abandoned: int
    def __init__(self, sync_id: _Optional[str] = ..., captured: _Optional[int] = ..., acked: _Optional[int] = ..., dropped: _Optional[_Iterable[_Union[Dropped, _Mapping]]] = ..., abandoned: _Optional[int] = ...) -> None: ...

class Dropped(_message.Message):
    __slots__ = ("reason", "count", "bytes")
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    reason: str
    count: int
    bytes: int
    def __init__(self, reason: _Optional[str] = ..., count: _Optional[int] = ..., bytes: _Optional[int] = ...) -> None: ...

class ServerHeartbeat(_message.Message):
    __slots__ = ("epoch", "acked_through", "retained_exchanges", "retained_bytes", "pending", "counters")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ACKED_THROUGH_FIELD_NUMBER: _ClassVar[int]
    RETAINED_EXCHANGES_FIELD_NUMBER: _ClassVar[int]
    RETAINED_BYTES_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    acked_through: int
    retained_exchanges: int
    retained_bytes: int
    pending: int
    counters: _containers.RepeatedCompositeFieldContainer[SyncCounters]
    def __init__(self, epoch: _Optional[str] = ..., acked_through: _Optional[int] = ..., retained_exchanges: _Optional[int] = ..., retained_bytes: _Optional[int] = ..., pending: _Optional[int] = ..., counters: _Optional[_Iterable[_Union[SyncCounters, _Mapping]]] = ...) -> None: ...

class Closing(_message.Message):
    __slots__ = ("epoch", "code", "reason")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    code: int
    reason: str
    def __init__(self, epoch: _Optional[str] = ..., code: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...
