"""Messages → PostgreSQL, and what is read back from there."""

from learnflow.sink.messages import STORED, Rejected, SinkMessage, TooManyRejections
from learnflow.sink.sink import Sink

__all__ = ["STORED", "Rejected", "Sink", "SinkMessage", "TooManyRejections"]
