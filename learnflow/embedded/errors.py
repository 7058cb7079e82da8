"""The one way in which the embedded parts fail."""


class EmbeddedError(Exception):
    """An embedded part cannot be used; the text is one line for the person at the terminal."""
