"""What a stream may open with (rules 3, 8 and 15): every refusal names the field and its bound."""

from __future__ import annotations

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import (
    MAX_SEQUENCE,
    PROTOCOL_VERSION,
    BufferFacts,
    Filter,
    Open,
    ResumePosition,
)
from captured_exchanges.handoff.status import Status

__all__ = ["MAX_FILTER_VALUES", "MAX_NAME_BYTES", "MAX_RESUME", "check_open", "resume_position"]

MAX_NAME_BYTES = 256
MAX_RESUME = 64
MAX_FILTER_VALUES = 64


def check_open(open_: Open) -> None:
    """Raise ProtocolViolation for what no server may accept, whoever owns it at the moment."""
    if open_.protocol_version not in (0, PROTOCOL_VERSION):
        raise ProtocolViolation(
            f"open.protocol_version is {open_.protocol_version}; this server speaks {PROTOCOL_VERSION}",
            code=Status.FAILED_PRECONDITION,
        )
    _check_name("open.consumer_id", open_.consumer_id)
    _check_name("open.sync_id", open_.sync_id)
    if not open_.limits.max_batch_delay >= 0:
        raise ProtocolViolation(
            f"open.max_batch_delay is {open_.limits.max_batch_delay} s; it must not be negative"
        )
    if open_.consumer_id:
        _check_owner(open_)
    else:
        _check_observer(open_)


def resume_position(open_: Open, facts: BufferFacts, sent_through: int) -> int | None:
    """Up to where the consumer's store holds the current epoch; None: no position names it.

    `sent_through` is the highest sequence of the epoch that was ever sent to an owner; a position beyond
    it raises ProtocolViolation.
    """
    matches = [p.after_sequence for p in open_.resume if p.epoch == facts.epoch]
    if not matches:
        return None
    if max(matches) > sent_through:
        raise ProtocolViolation(
            f"open.resume says that {max(matches)} of epoch {facts.epoch} is committed; the highest sequence "
            f"that was ever sent to an owner is {sent_through}"
        )
    return max(matches)


def _check_owner(open_: Open) -> None:
    given = {"follow": open_.follow, "from_sequence": open_.from_sequence, "filter": open_.filter != Filter()}
    for name, value in given.items():
        if value:
            raise ProtocolViolation(
                f"open.{name} is for observers; leave it out, or leave out open.consumer_id"
            )
    if len(open_.resume) > MAX_RESUME:
        raise ProtocolViolation(
            f"open.resume has {len(open_.resume)} positions; at most {MAX_RESUME} are allowed"
        )
    for index, position in enumerate(open_.resume):
        _check_position(f"open.resume[{index}]", position)


def _check_position(name: str, position: ResumePosition) -> None:
    if not position.epoch:
        raise ProtocolViolation(f"{name}.epoch is empty; it must be an epoch as `opened` named it")
    _check_name(f"{name}.epoch", position.epoch)
    _check_sequence(f"{name}.after_sequence", position.after_sequence)


def _check_observer(open_: Open) -> None:
    given = {"sync_id": open_.sync_id, "resume": open_.resume, "take_over": open_.take_over}
    for name, value in given.items():
        if value:
            raise ProtocolViolation(f"open.{name} is for owners; leave it out, or name an open.consumer_id")
    _check_sequence("open.from_sequence", open_.from_sequence)
    _check_values("open.filter.transport_kinds", open_.filter.transport_kinds)
    _check_values("open.filter.surfaces", open_.filter.surfaces)
    _check_values("open.filter.sync_ids", open_.filter.sync_ids)


def _check_values(name: str, values: tuple[str, ...]) -> None:
    if len(values) > MAX_FILTER_VALUES:
        raise ProtocolViolation(f"{name} has {len(values)} values; at most {MAX_FILTER_VALUES} are allowed")
    for index, value in enumerate(values):
        _check_name(f"{name}[{index}]", value)


def _check_name(name: str, value: str) -> None:
    size = len(value.encode())
    if size > MAX_NAME_BYTES:
        raise ProtocolViolation(f"{name} is {size} bytes long; at most {MAX_NAME_BYTES} are allowed")


def _check_sequence(name: str, value: int) -> None:
    if value > MAX_SEQUENCE:
        raise ProtocolViolation(f"{name} is {value}; the highest sequence is {MAX_SEQUENCE}")
