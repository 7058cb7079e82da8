"""C++: its grammar lets pass nothing that is looked for."""

from types import MappingProxyType
from typing import Final

RULES: Final = MappingProxyType({})
