"""C++: its grammar lets pass nothing that is looked for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from learnflow.code_analysis.syntax.grammar import Rule

RULES: Final[Mapping[str, Rule]] = MappingProxyType({})
