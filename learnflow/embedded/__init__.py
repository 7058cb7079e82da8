"""A broker and a database for one machine, from wheels: for `up`, `demo` and the tests."""

from learnflow.embedded.data_directories import throwaway
from learnflow.embedded.processes import EmbeddedError
from learnflow.embedded.servers import CLIENT_SETTINGS, broker, postgres

__all__ = ["CLIENT_SETTINGS", "EmbeddedError", "broker", "postgres", "throwaway"]
