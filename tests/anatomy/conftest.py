"""These tests draw and read small thoraxes."""

from tests.support.one_thread import one_thread

__all__ = ["one_thread"]
