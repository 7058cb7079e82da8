"""Whether code in the six languages can be read by its compiler, and where it first cannot. Nothing is run."""

from learnflow.code_analysis.syntax.checking import check
from learnflow.code_analysis.syntax.fault import SyntaxFault

__all__ = ("SyntaxFault", "check")
