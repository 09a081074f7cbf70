"""A durable buffer comes back: what was flushed is there, what is lost is told, no sequence is used twice."""

from hypothesis import settings

from support.buffer_durable_machine import DurableMachine

DurableMachine.TestCase.settings = settings(stateful_step_count=60, deadline=None)
TestDurableMachine = DurableMachine.TestCase
