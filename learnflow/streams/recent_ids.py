"""What this process did last, so that it does not do it again."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

MOST: Final = 20_000


class Recent:
    """A bounded set that forgets what was added first. It saves work; correctness never depends on it."""

    def __init__(self) -> None:
        self._items: OrderedDict[Hashable, None] = OrderedDict()

    def add(self, item: Hashable) -> None:
        """Remember an item."""
        self._items[item] = None
        if len(self._items) > MOST:
            self._items.popitem(last=False)

    def __contains__(self, item: Hashable) -> bool:
        """Whether an item is remembered."""
        return item in self._items
