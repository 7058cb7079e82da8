"""Whether code in the six languages can be read by its compiler, and where it first cannot. Nothing is run."""

from learnflow.tutor.syntax.checking import check
from learnflow.tutor.syntax.fault import SyntaxFault

__all__ = ("SyntaxFault", "check")
