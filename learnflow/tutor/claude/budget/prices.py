"""What a call costs."""

from typing import Final

from learnflow.models.usage import DECIMALS
from learnflow.settings.price_list import Rates
from learnflow.tutor.claude.client.interface import Tokens

# Of the price of what goes in, as https://platform.claude.com/docs/en/about-claude/pricing has them: what is kept for
# five minutes, and what is read of it. A few models read for less: then this reckons too much.
CACHE_WRITE: Final = 1.25
CACHE_READ: Final = 0.1

_MILLION: Final = 1_000_000


def price_usd(tokens: Tokens, rates: Rates) -> float:
    """Return the price of a call in US dollars."""
    plain = max(tokens.input - tokens.cache_read - tokens.cache_write, 0)
    into = plain + CACHE_READ * tokens.cache_read + CACHE_WRITE * tokens.cache_write
    return round((into * rates.into + tokens.output * rates.out) / _MILLION, DECIMALS)
