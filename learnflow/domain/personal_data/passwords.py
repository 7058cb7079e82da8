"""Values that are secret because of the name before them: `password = "…"`, `api_key: …`, `token=…`. No clock, no I/O.

Programs about passwords are a common exercise, so a name alone tells nothing: `password = input()`, `token = tokens[0]`
and `password: str` stay; what is masked are literals, and unquoted values that no program has.
"""

import re
from collections.abc import Iterator
from typing import Final

PASSWORD: Final = "[password]"  # noqa: S105 - this is what stands for one
SECRET: Final = "[key]"  # noqa: S105 - as above

_PASSWORDS: Final = (
    "passwd", "password", "passwort", "passphrase", "kennwort", "contrasena", "contraseña", "mot de passe",
    "mot_de_passe", "senha", "pwd",
)  # fmt: skip
_TOKENS: Final = (
    "api key", "api-key", "api_key", "apikey", "access-key", "access_key", "accesskey", "private-key", "private_key",
    "privatekey", "secret", "token",
)  # fmt: skip
_NAMES: Final = (*_PASSWORDS, *_TOKENS)
_CALLED: Final = re.compile("|".join(_NAMES))
_SETS: Final = "set"  # setPassword("…")

_QUOTED: Final = re.compile(
    r"(?:[_-]?(?:key|id))?\d{0,2}[\"'`\]]{0,2}\s{0,3}"
    r"(?::\s{0,2}[\w&:<>'. ]{1,30}?=|:=|=>|[=!]==?|[=:{]|(?P<call>\())\s{0,3}"  # with the type that it may have
    r"(?:String::from\(|[rbfuRBFU]{1,2}|&)?(?P<quote>[\"'`])"
    r"(?P<value>(?:(?!(?P=quote))[^\\\n]|\\.){1,200}+)(?P=quote)"
)
_BARE: Final = re.compile(
    r"(?:[_-]?(?:key|id))?\d{0,2}[\"']?(?P<sign> ?: ?| ?= ?| is )"
    r"(?P<value>[^\s\"'`,;&()\[\]{}<>]{6,200}+)(?=[\s,;&)]|$)"
)
_PLACEHOLDER: Final = re.compile(
    r"\$?\{.*\}|<.*>|%\w|%\(\w+\)s|[*.x_-]+|\[[\w -]+\]|string|str|text|none|null|true|false|required", re.IGNORECASE
)
_TYPE: Final = re.compile(r"(?:u?int|float|[iuf])\d{1,3}(?:_t)?", re.IGNORECASE)
_NAME: Final = re.compile(r"[^\W\d][^\W\d.]*(?:\.[^\W\d]+)*\d{0,2}")
_OPERATORS: Final = re.compile(r"[-+*/%|:!=]+")
_LETTER: Final = re.compile(r"[^\W\d_]")
_DIGIT: Final = re.compile(r"\d")
_LEAST: Final = 8  # characters of a token
_LEAST_BARE: Final = 12


def mask_passwords(text: str) -> str:
    """Return a text without the passwords and tokens whose names tell them."""
    lower = text.replace("\u0130", "I").lower()  # the one letter that is longer when it is small
    if not any(name in lower for name in _NAMES):
        return text
    pieces: list[str] = []
    done = 0
    for start, end, words in _found(text, lower):
        pieces += (text[done:start], words)
        done = end
    return "".join((*pieces, text[done:]))


def _found(text: str, lower: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each secret begins and ends, and what stands for it."""
    done = 0
    for name in _CALLED.finditer(lower):
        if name.start() < done or lower.startswith(PASSWORD, name.start() - 1):
            continue
        password = name[0] if name[0] in _PASSWORDS else None
        sets = lower.endswith(_SETS, 0, name.start()) or lower.endswith(f"{_SETS}_", 0, name.start())
        value = _QUOTED.match(text, name.end())
        if value and not (_secret(value["value"], password) and (sets or not value["call"])):
            value = None
        elif value is None:
            value = _BARE.match(text, name.end())
            value = value if value and _bare_secret(value, password) else None
        if value:
            done = value.end("value")
            yield value.start("value"), done, PASSWORD if password else SECRET


def _secret(value: str, password: str | None) -> bool:
    """Say whether a literal is a secret."""
    if _PLACEHOLDER.fullmatch(value):
        return False
    if password:
        return " " not in value or password == "passphrase"  # noqa: S105 - its name
    return len(value) >= _LEAST and " " not in value and _DIGIT.search(value) is not None


def _bare_secret(found: re.Match[str], password: str | None) -> bool:
    """Say whether what stands there without quotes is a secret, and no part of a program."""
    value = found["value"]
    long_enough = password or len(value) >= _LEAST_BARE
    if not (long_enough and _LETTER.search(value) and _DIGIT.search(value)):
        return False
    variable = "=" in found["sign"] and _variable(value)
    return not (variable or _PLACEHOLDER.fullmatch(value) or _TYPE.fullmatch(value))


def _variable(value: str) -> bool:
    """Say whether a value can be a variable, or an expression of some: no word has a digit but at its end."""
    return all(_NAME.fullmatch(word) or word.isdigit() for word in _OPERATORS.split(value) if word)
