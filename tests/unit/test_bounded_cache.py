"""A bounded cache forgets what was set longest ago."""

from learnflow.bounded_cache import BoundedCache


def filled(*keys: str) -> BoundedCache[str, int]:
    cache: BoundedCache[str, int] = BoundedCache(2)
    for number, key in enumerate(keys):
        cache[key] = number
    return cache


def test_one_too_many_drops_what_was_set_longest_ago() -> None:
    assert dict(filled("a", "b", "c")) == {"b": 1, "c": 2}


def test_what_is_set_again_is_the_newest() -> None:
    assert dict(filled("a", "b", "a", "c")) == {"a": 2, "c": 3}


def test_reading_changes_nothing() -> None:
    cache = filled("a", "b")
    assert cache["a"] == 0
    cache["c"] = 2
    assert "a" not in cache
