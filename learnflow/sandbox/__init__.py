"""Runs student code apart from the host, and grades it."""

from learnflow.sandbox.calling_convention import CallingConvention, infer_calling_convention
from learnflow.sandbox.results import CaseResult, Ended, Execution, Fault, Grading, Verdict
from learnflow.sandbox.runner import Limits, SandboxUnavailable
from learnflow.sandbox.sandbox import Sandbox
from learnflow.settings.sections import SandboxSettings

__all__ = [
    "CallingConvention",
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
    "infer_calling_convention",
]
