"""The one way in which the sandbox itself fails."""


class SandboxUnavailable(Exception):  # noqa: N818 - it says what is the case, to students too
    """Code cannot be run apart from the host here; the text is one sentence for an operator."""
