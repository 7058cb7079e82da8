"""Keys and tokens that are known by their form. No clock, no I/O."""

import re
from typing import Final

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
