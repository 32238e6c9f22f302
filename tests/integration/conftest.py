"""Fixtures of the integration tests."""

from tests.integration.memory_world import world

__all__ = ["world"]
