"""Mutants: one line of the code changed such that a promise is broken, and the test that must notice."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MUTANTS", "Mutant"]


@dataclass(frozen=True)
class Mutant:
    """In `module` of the package `line`, which stands there once, becomes `instead`; `caught_by` fails."""

    name: str
    module: str
    line: str
    instead: str
    caught_by: str


MUTANTS = (
    Mutant(
        "ack before commit",
        "handoff/consuming/end.py",
        "self._actions.append(commit)",
        "self._actions += [Send(Ack(commit.epoch, commit.through_sequence)), commit]",
        "handoff/consuming/test_end.py::test_an_ack_follows_the_commit_and_never_precedes_it",
    ),
    Mutant(
        "release on send",
        "handoff/serving/owner.py",
        "self._handoff.sent(facts, message.entries[-1].sequence)",
        "self._release_through = self._handoff.sent(facts, message.entries[-1].sequence) or self._position",
        "handoff/serving/test_draining.py::test_rule_10_drained_comes_when_the_acks_have_reached_it",
    ),
    Mutant(
        "skip a gap",
        "buffer/shelf.py",
        "told += item.gaps(self.epoch, position)",
        "pass",
        "buffer/test_capture_buffer.py::test_a_full_buffer_drops_the_newcomer_and_numbers_the_hole",
    ),
    Mutant(
        "reuse an epoch",
        "buffer/stock.py",
        "return secrets.token_hex(16)",
        'return "0" * 32',
        "buffer/test_capture_buffer.py::test_each_life_has_an_epoch_of_its_own",
    ),
    Mutant(
        "forget the watermark",
        "store/exchanges.py",
        "set_watermark(connection, delivery, moment)",
        "pass",
        "store/test_exchanges.py::test_a_delivery_lands_whole",
    ),
    Mutant(
        "count a drop twice",
        "buffer/stock.py",
        "account.drop(reason, size)",
        "account.drop(reason, size, 2)",
        "buffer/test_capture_buffer.py::test_a_full_buffer_drops_the_newcomer_and_numbers_the_hole",
    ),
    Mutant(
        "stamp the wrong sync",
        "store/exchanges.py",
        "bound(captured.exchange, delivery.sync_id, moment) for",
        "bound(captured.exchange, delivery.epoch, moment) for",
        "store/test_exchanges.py::test_exchanges_keep_their_own_sync",
    ),
    Mutant(
        "ack what was not sent",
        "handoff/serving/owner.py",
        "if ack.through_sequence > sent:",
        "if False:",
        "handoff/serving/test_ending.py::test_rule_14_acks_that_crossed_the_closing_still_release",
    ),
    Mutant(
        "release what is not acked",
        "buffer/shelf.py",
        "        through = min(through, self.next_sequence - 1)\n        if through <= self.acked_through:",
        "        through = self.next_sequence - 1\n        if through <= self.acked_through:",
        "buffer/test_capture_buffer.py::test_released_room_is_room_again",
    ),
    Mutant(
        "drop what is in flight",
        "buffer/stock.py",
        "after = self.flight.through\n        for shelf in self.shelves:\n            while",
        "after = 0\n        for shelf in self.shelves:\n            while",
        "buffer/test_stock.py::test_rule_13_what_is_in_flight_is_never_dropped",
    ),
    Mutant(
        "own twice",
        "handoff/serving/owner.py",
        "if not self._handoff.owns(self._member):\n            raise",
        "if False:\n            raise",
        "handoff/serving/test_ownership.py::test_rule_7_acks_of_a_replaced_stream_release_nothing",
    ),
    Mutant(
        "attest before the acks",
        "handoff/serving/draining.py",
        "if self._through is not None and facts.acked_through >= self._through else None",
        "",
        "handoff/serving/test_draining.py::test_rule_10_drained_comes_when_the_acks_have_reached_it",
    ),
    Mutant(
        "commit over a moved watermark",
        "store/exchanges.py",
        "require_watermark(connection, delivery, self._database.name)",
        "pass",
        "store/test_exchanges.py::test_a_moved_watermark_writes_nothing",
    ),
    Mutant(
        "forget the gaps",
        "store/exchanges.py",
        "record_gaps(connection, delivery, moment)",
        "pass",
        "store/test_exchanges.py::test_a_delivery_lands_whole",
    ),
    Mutant(
        "lose the poisoned",
        "store/exchanges.py",
        "quarantine(connection, delivery, refused, moment)",
        "pass",
        "store/test_exchanges.py::test_poisoned_exchanges_go_to_quarantine",
    ),
    Mutant(
        "forget the unknown loss",
        "handoff/consuming/beginning.py",
        "return [*losses, Commit(",
        "return [Commit(",
        "handoff/consuming/test_end.py::test_an_undrained_earlier_epoch_of_the_connector_is_an_unknown_loss",
    ),
    Mutant(
        "lease after use",
        "buffer/spool/ledger.py",
        "            last.limit = lease",
        "            pass",
        "buffer/spool/test_ledger.py::test_a_new_epoch_uses_no_more_than_its_first_lease",
    ),
    Mutant(
        "trust the newer lease alone",
        "buffer/spool/ledger.py",
        "shelf.limit = self._leased.get(shelf.epoch, leased[shelf.epoch])",
        "shelf.limit = leased[shelf.epoch]",
        "buffer/spool/test_ledger.py::test_whichever_slot_is_left_no_sequence_is_used_twice",
    ),
    Mutant(
        "go on within the lease",
        "buffer/spool/recovery.py",
        "        if not self._image.closed:",
        "        if False:",
        "buffer/spool/test_opening.py::test_a_killed_connector_comes_back_with_its_epoch",
    ),
    Mutant(
        "count what nobody can prove",
        "buffer/hole.py",
        "count = self.count if self.proven else 0",
        "count = self.count",
        "buffer/spool/test_opening.py::test_a_killed_connector_comes_back_with_its_epoch",
    ),
    Mutant(
        "flush the state alone",
        "buffer/spool/work.py",
        "            self._write_all()\n",
        "            pass\n",
        "buffer/spool/test_opening.py::test_a_killed_connector_comes_back_with_its_epoch",
    ),
    Mutant(
        "forget the state",
        "buffer/spool/work.py",
        "        ledger.keep(image)\n",
        "        pass\n",
        "buffer/spool/test_opening.py::test_acks_before_the_last_flush_are_remembered",
    ),
    Mutant(
        "let files go before their acks are safe",
        "buffer/spool/work.py",
        "        if not self._ledger:\n            self._guarded(self._collect)",
        "        self._guarded(lambda: self._remove(self._dead()))",
        "buffer/spool/test_opening.py::test_files_outlive_their_acks_until_those_are_safe",
    ),
    Mutant(
        "trust a torn frame",
        "buffer/spool/frames.py",
        " or _checksum(content) != checksum",
        "",
        "buffer/spool/test_frames.py::test_a_flipped_bit_is_found",
    ),
    Mutant(
        "send what has changed on the disk",
        "buffer/spool/work.py",
        "entries if [entry.sequence for entry in entries] == list(block.sequences) else None",
        "entries",
        "buffer/spool/test_work.py::test_an_unreadable_block_is_told_as_lost",
    ),
    Mutant(
        "lose from the disk without a count",
        "buffer/stock.py",
        "part.account.lose(reason, part.size)",
        "pass",
        "buffer/spool/test_work.py::test_an_unreadable_block_is_told_as_lost",
    ),
    Mutant(
        "ack a run into one account",
        "buffer/held.py",
        "self._which[index] if self._which else 0",
        "0",
        "buffer/spool/test_work.py::test_the_accounts_are_the_same_on_disk_as_in_memory",
    ),
    Mutant(
        "evict from memory what is in flight",
        "buffer/stock.py",
        "after = self.flight.through\n        for shelf in self.shelves:\n            yield",
        "after = 0\n        for shelf in self.shelves:\n            yield",
        "buffer/test_overflow.py::test_rule_13_what_is_in_flight_is_never_taken",
    ),
    Mutant(
        "evict in vain",
        "buffer/stock.py",
        "        else:\n            return False\n",
        "",
        "buffer/test_overflow.py::test_rule_13_what_is_in_flight_is_never_taken",
    ),
    Mutant(
        "write past the spool's bound",
        "buffer/spool/segments.py",
        "return self.bytes + begun + size <= self._max_bytes",
        "return True",
        "buffer/spool/test_segments.py::test_the_bound_is_on_the_files",
    ),
    Mutant(
        "ask the disk again and again",
        "handoff/serving/loading.py",
        "return self._in_vain_at == facts.loads",
        "return False",
        "handoff/serving/test_loading.py::test_a_read_in_vain_is_repeated_when_something_was_loaded",
    ),
    Mutant(
        "sleep through a load",
        "handoff/serving/loading.py",
        "self._asked_at = facts.loads",
        "self._asked_at = 1",
        "handoff/serving/test_loading.py::test_a_read_in_vain_is_repeated_when_something_was_loaded",
    ),
    Mutant(
        "trust a silent connection",
        "handoff/consuming/end.py",
        'self._hang_up("the connector fell silent", now, silent=True)',
        'self._hang_up("the connector fell silent", now)',
        "handoff/consuming/test_end.py::test_a_server_silent_for_two_and_a_half_intervals_is_dead",
    ),
    Mutant(
        "a commit that no power cut need fear",
        "store/database.py",
        'connection.execute("PRAGMA synchronous=FULL")',
        'connection.execute("PRAGMA synchronous=NORMAL")',
        "journeys/test_failing_disk.py::test_after_a_power_cut_the_next_run_goes_on_from_what_the_disk_held",
    ),
    Mutant(
        "parse whatever arrives",
        "wire/responses.py",
        "    check_proportions(raw)\n",
        "",
        "wire/test_proportions.py::test_a_message_of_many_empty_elements_is_refused_before_it_is_parsed",
    ),
    Mutant(
        "poison lands in the table",
        "store/exchanges.py",
        "if captured.poison",
        "if False",
        "store/test_exchanges.py::test_what_arrived_as_poison_is_kept_with_its_bytes",
    ),
    Mutant(
        "who says nothing keeps others out",
        "handoff/serving/registry.py",
        "waiting = next(iter(self._unopened), None)",
        "waiting = None",
        "handoff/serving/test_registry.py"
        "::test_rule_8_of_too_many_streams_those_that_have_not_opened_make_way_in_turn",
    ),
)
