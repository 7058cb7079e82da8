"""Runs student code apart from the host, and grades it."""

from learnflow.sandbox.calling_convention import Calling, calling_of
from learnflow.sandbox.limits import Limits
from learnflow.sandbox.process import SandboxUnavailable
from learnflow.sandbox.results import CaseResult, Ended, Execution, Fault, Grading, Verdict
from learnflow.sandbox.sandbox import Sandbox
from learnflow.settings.sections import SandboxSettings

__all__ = [
    "Calling",
    "CaseResult",
    "Ended",
    "Execution",
    "Fault",
    "Grading",
    "Limits",
    "Sandbox",
    "SandboxSettings",
    "SandboxUnavailable",
    "Verdict",
    "calling_of",
]
