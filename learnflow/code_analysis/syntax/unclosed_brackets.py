"""Brackets that a text leaves open at its end, and the text with them closed."""

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from learnflow.models.vocabulary import Language

_CLOSING: Final = MappingProxyType({"(": ")", "[": "]", "{": "}"})
_QUOTED: Final = r'"(?:\\.|[^"\\\n])*"'
_SINGLE: Final = r"'(?:\\.|[^'\\\n])*'"
_CHARACTER: Final = r"'(?:\\[^\n']+|[^'\\\n])'"  # Rust's lifetimes have one quote only
_BRACKET: Final = r"(?P<bracket>[()\[\]{}])"
_SLASHES: Final = r"//[^\n]*|/\*.*?\*/"
_TRIPLE: Final = r'"""(?:\\.|[^\\])*?"""'
_ALIKE: Final = rf"{_SLASHES}|{_TRIPLE}|{_QUOTED}|{_SINGLE}|{_BRACKET}"
_TOKENS: Final = MappingProxyType({
    language: re.compile(pattern, re.DOTALL)
    for language, pattern in {
        Language.PYTHON: rf"#[^\n]*|{_TRIPLE}|'''(?:\\.|[^\\])*?'''|{_QUOTED}|{_SINGLE}|{_BRACKET}",
        Language.JAVASCRIPT: rf"{_SLASHES}|`(?:\\.|[^`\\])*`|{_QUOTED}|{_SINGLE}|{_BRACKET}",
        Language.JAVA: _ALIKE,
        Language.CPP: _ALIKE,
        Language.GO: rf"{_SLASHES}|`[^`]*`|{_QUOTED}|{_SINGLE}|{_BRACKET}",
        Language.RUST: rf"{_SLASHES}|{_QUOTED}|{_CHARACTER}|{_BRACKET}",
    }.items()
})


def closed(code: str, language: Language) -> Iterator[str]:
    """Yield the ways to close what the code leaves open at its end; none when nothing is."""
    inner, blocks = _left_open(code, language)
    if not inner and not blocks:
        return
    code = code.rstrip()
    yield f"{code}{inner}{blocks}"
    if language in (Language.JAVA, Language.CPP, Language.RUST):
        yield f"{code}{inner};{blocks}"
        yield f"{code}{inner}{blocks};"


def _left_open(code: str, language: Language) -> tuple[str, str]:
    """Return the closing brackets of the last statement, and those of the blocks around it."""
    opened: list[str] = []
    for token in _TOKENS[language].finditer(code):
        bracket = token["bracket"]
        if bracket in _CLOSING:
            opened.append(bracket)
        elif bracket and opened and _CLOSING[opened[-1]] == bracket:
            opened.pop()
    closing = "".join(_CLOSING[bracket] for bracket in reversed(opened))
    inner = closing if language is Language.PYTHON else closing.partition("}")[0]
    return inner, "".join(f"\n{bracket}" for bracket in closing[len(inner) :])
