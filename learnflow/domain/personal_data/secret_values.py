"""Passwords, keys and tokens, known by their form or by the name before them: `password = "…"`. No clock, no I/O.

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
    for start, end, words in _secrets(text, lower):
        pieces += (text[done:start], words)
        done = end
    return "".join((*pieces, text[done:]))


def _secrets(text: str, lower: str) -> Iterator[tuple[int, int, str]]:
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


def _bare_secret(match: re.Match[str], password: str | None) -> bool:
    """Say whether what stands there without quotes is a secret, and no part of a program."""
    value = match["value"]
    long_enough = password or len(value) >= _LEAST_BARE
    if not (long_enough and _LETTER.search(value) and _DIGIT.search(value)):
        return False
    variable = "=" in match["sign"] and _variable(value)
    return not (variable or _PLACEHOLDER.fullmatch(value) or _TYPE.fullmatch(value))


def _variable(value: str) -> bool:
    """Say whether a value can be a variable, or an expression of some: no word has a digit but at its end."""
    return all(_NAME.fullmatch(word) or word.isdigit() for word in _OPERATORS.split(value) if word)


KEY: Final = "[key]"
PRIVATE_KEY: Final = "[private key]"

_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    # up to its end, also over the quotes of several lines of code; without an end, the lines that can only be a key
    r"(?:(?:[\w+/=\s\"'`\\,:;.]|-(?!----))*+-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"|(?:(?:\s|\\n)++[A-Za-z0-9+/=]{20,}+)++)"
)
# what each begins with, for a quick look, and the whole
_FORMS: Final = (
    ("sk-", r"sk-(?=[\w-]{0,60}\d)[\w-]{16,}+"),  # Anthropic, OpenAI
    ("k_live_", r"[spr]k_live_\w{16,}+"),  # Stripe
    ("k_test_", r"[spr]k_test_\w{16,}+"),
    ("AKIA", r"AKIA[0-9A-Z]{16}"),  # AWS
    ("ASIA", r"ASIA[0-9A-Z]{16}"),
    *((f"gh{kind}_", rf"gh{kind}_\w{{20,}}+") for kind in "pousr"),  # GitHub
    ("github_pat_", r"github_pat_\w{20,}+"),
    ("glpat-", r"glpat-[\w-]{20,}+"),  # GitLab
    ("xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,}+"),  # Slack
    ("AIza", r"AIza[\w-]{30,}+"),  # Google
    ("ya29.", r"ya29\.[\w-]{20,}+"),
    ("eyJ", r"eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]++)?"),  # JSON Web Tokens
    ("npm_", r"npm_[A-Za-z0-9]{36}"),
    ("pypi-", r"pypi-[\w-]{50,}+"),
    ("hf_", r"hf_[A-Za-z0-9]{30,}+"),  # Hugging Face
    ("SG.", r"SG\.[\w-]{16,}+\.[\w-]{16,}+"),  # SendGrid
)
_BEGINNINGS: Final = tuple(beginning for beginning, _ in _FORMS)
_KEY: Final = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(form for _, form in _FORMS)})(?![A-Za-z0-9])")
_SENT: Final = re.compile(
    r"(?P<scheme>(?<![A-Za-z])[Bb]earer\s(?=[\w.~+/-]{0,60}\d)|[Aa]uthorization[\"']?\s?[:=]\s?[\"']?[Bb]asic\s)"
    r"[\w.~+/-]{8,}+=*+"
)


def mask_keys(text: str) -> str:
    """Return a text without private keys, and without the tokens of well-known services."""
    if "PRIVATE KEY" in text:
        text = _PRIVATE_KEY.sub(PRIVATE_KEY, text)
    if any(beginning in text for beginning in _BEGINNINGS):
        text = _KEY.sub(KEY, text)
    if "earer" in text or "uthorization" in text:
        text = _SENT.sub(rf"\g<scheme>{KEY}", text)
    return text
