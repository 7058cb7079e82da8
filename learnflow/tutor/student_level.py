"""What a request says of how well its student knows a topic, and how that tunes an answer."""

from learnflow.domain.mastery.model import percent, reached
from learnflow.domain.next_topics import LEARNING, next_topics, weakest_prerequisite
from learnflow.models.events.routing import AgentRequest
from learnflow.models.learning_progress import MASTERED
from learnflow.models.taxonomy import TOPICS, name, prerequisites
from learnflow.models.vocabulary import SkillLevel, Specialist


def mastery(request: AgentRequest, topic: str) -> float:
    """Return the student's level on a topic, 0 while nothing is known."""
    return request.standing.python_mastery_levels.get(topic, 0.0)


def is_hard(request: AgentRequest, topic: str) -> bool:
    """Say whether the student struggles with a topic, or is weak at it."""
    return topic in (*request.standing.struggle_topics, *request.standing.weaknesses)


def level(request: AgentRequest) -> SkillLevel:
    """Return the student's level: from the profile, or else what the query's context says, or else beginner."""
    if request.profile.skill_level is not None:
        return request.profile.skill_level
    context = (request.query.context or {}).get("skill_level")
    return SkillLevel(context) if isinstance(context, str) and context in set(SkillLevel) else SkillLevel.BEGINNER


def depth(request: AgentRequest, topic: str) -> SkillLevel:
    """Return how deep to go on a topic: by what was solved there, and while nothing was, by the skill level."""
    mastered = mastery(request, topic)
    if is_hard(request, topic) or 0.0 < mastered < LEARNING:
        return SkillLevel.BEGINNER
    if not mastered:
        return level(request)
    return SkillLevel.ADVANCED if mastered >= MASTERED else SkillLevel.INTERMEDIATE


def asked_before(request: AgentRequest, topic: str, agent: Specialist) -> bool:
    """Say whether an agent has answered on a topic in the last turns."""
    return any(turn.agent is agent and turn.topic == topic for turn in request.turns)


def advice(request: AgentRequest, topic: str, agent: Specialist) -> str | None:
    """Return the sentence that is for this student only, where there is something to say."""
    if is_hard(request, topic):
        return f'This touches {name(topic)}, hard for you now: "Explain {name(topic)}" gives you another way to see it.'
    if asked_before(request, topic, agent):
        return f"It is about {name(topic)} again: compare it with the last time. What do the two have in common?"
    if (known := mastery(request, topic)) >= MASTERED:
        return f"You know {name(topic)} well ({percent(known)}), so try to say why before you change anything."
    return None


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
    summary = request.standing
    suggested = next_topics(
        summary.python_mastery_levels, summary.struggle_topics, summary.weaknesses, most=len(TOPICS)
    )
    best = next((step for step in suggested if topic in prerequisites(step.topic)), suggested[0] if suggested else None)
    if best is None:
        return None
    known = percent(mastery(request, topic))
    return f"You have mastered {name(topic)} ({known}). Learn next: {name(best.topic)}. {best.reason}"
