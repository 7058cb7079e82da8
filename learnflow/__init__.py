"""LearnFlow: questions of programming students, answered by a team of agents."""

from typing import Final

__version__: Final = "0.1.0"
