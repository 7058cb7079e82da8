"""What comes after a topic, or before it, said at the end of its explanation."""

from learnflow.domain.mastery_levels import percent, reached
from learnflow.domain.next_topics import next_topics, weakest_prerequisite
from learnflow.models.events.work import AgentRequest
from learnflow.models.learning_progress import MASTERED
from learnflow.models.taxonomy import TOPICS, name, prerequisites
from learnflow.tutor.student_level import is_hard, mastery


def what_next(request: AgentRequest, topic: str) -> str | None:
    """Say what comes after a topic that is mastered; otherwise what it builds on, unless the student met that."""
    levels = request.standing.python_mastery_levels
    if mastery(request, topic) >= MASTERED and not is_hard(request, topic):
        return _after(request, topic)
    weakest = weakest_prerequisite(topic, levels) if is_hard(request, topic) else None
    if weakest is not None:
        return f"It builds on {name(weakest)}, and there {reached(weakest, levels)}: strengthen that first."
    met = set(request.standing.topics_covered)
    needed = [name(key) for key in prerequisites(topic) if key not in met and not levels.get(key)]
    return f"It builds on {' and '.join(needed)}: ask me about that if it feels shaky." if needed else None


def _after(request: AgentRequest, topic: str) -> str | None:
    """Suggest what builds on a mastered topic and can be begun now, or else what is next at all."""
    standing = request.standing
    suggested = next_topics(
        standing.python_mastery_levels, standing.struggle_topics, standing.weaknesses, most=len(TOPICS)
    )
    best = next((one for one in suggested if topic in prerequisites(one.topic)), suggested[0] if suggested else None)
    if best is None:
        return None
    known = percent(mastery(request, topic))
    return f"You have mastered {name(topic)} ({known}). Learn next: {name(best.topic)}. {best.reason}"
