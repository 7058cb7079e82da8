"""What a request says of how well its student knows a topic, and how that tunes an answer."""

from learnflow.domain.mastery_levels import percent
from learnflow.domain.next_topics import LEARNING
from learnflow.models.events.work import AgentRequest
from learnflow.models.learning_progress import MASTERED
from learnflow.models.taxonomy import name
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
    known = mastery(request, topic)
    if is_hard(request, topic) or 0.0 < known < LEARNING:
        return SkillLevel.BEGINNER
    if not known:
        return level(request)
    return SkillLevel.ADVANCED if known >= MASTERED else SkillLevel.INTERMEDIATE


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
