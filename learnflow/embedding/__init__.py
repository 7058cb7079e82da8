"""Sentence embeddings, where the extra `embedding` is installed: which questions ask the same, by their sense."""

from learnflow.embedding.installed import ALIKE, EmbeddingMissingError, by_sense, cosine, model

__all__ = ["ALIKE", "EmbeddingMissingError", "by_sense", "cosine", "model"]
