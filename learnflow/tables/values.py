"""A Faust table whose values are models: bytes outside, so that keys partition as every client does."""

from collections.abc import Iterator
from typing import Any, Final, Generic, TypeVar

import faust
from faust.types import TP

from learnflow.models.fields import Model

PARTITIONS: Final = 12  # as the topics that feed tables

Value = TypeVar("Value", bound=Model)


class ValueTable(Generic[Value]):
    """Read anywhere in core; written by one agent only, while it holds an event of the key's partition."""

    def __init__(self, app: faust.App, name: str, model: type[Value]) -> None:
        self._model = model
        self._table = app.Table(name, partitions=PARTITIONS, key_type=bytes, value_type=bytes)

    def get(self, key: str) -> Value | None:
        """Return a value, or None where there is none."""
        stored = self._table.get(key.encode())
        return None if stored is None else self._model.model_validate_json(stored)

    def __contains__(self, key: str) -> bool:
        """Whether there is a value."""
        return key.encode() in self._table

    def put(self, key: str, value: Value) -> None:
        """Write a value, also an equal one: after a crash the changelog may not have it."""
        self._table[key.encode()] = value.model_dump_json().encode()

    def drop(self, key: str) -> None:
        """Remove a value, also one that is gone: after a crash the changelog may still have it."""
        if self._table.pop(key.encode(), None) is None:
            self._table.on_key_del(key.encode())

    def items(self) -> Iterator[tuple[str, Value]]:
        """Every key of this worker's partitions, with its value.

        The caller may wait in between, and partitions come and go meanwhile: each is read in one go when it has its
        turn, where Faust's own iteration would fail.
        """
        store: Any = self._table.data  # there is no public way to one partition
        for partition in sorted(store._dbs):  # noqa: SLF001
            for key, stored in self._stored(store, partition):
                yield key.decode(), self._model.model_validate_json(stored)

    def _stored(self, store: Any, partition: int) -> list[tuple[bytes, bytes]]:  # noqa: ANN401 - as above
        ours = TP(self._table.changelog_topic.get_topic_name(), partition) in store.app.assignor.assigned_actives()
        database = store._dbs.get(partition) if ours else None  # noqa: SLF001
        return [] if database is None else list(store._visible_items(database))  # noqa: SLF001
