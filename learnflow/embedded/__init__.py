"""A broker and a database for one machine, from wheels: for `up`, `demo` and the tests."""

from learnflow.embedded.broker import CLIENT_SETTINGS, broker
from learnflow.embedded.data_directories import throwaway
from learnflow.embedded.postgres import postgres
from learnflow.embedded.processes import EmbeddedError

__all__ = ["CLIENT_SETTINGS", "EmbeddedError", "broker", "postgres", "throwaway"]
