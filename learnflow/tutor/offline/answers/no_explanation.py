"""What is said where nothing is explained: to small talk, to an unclear question, and on what is not prepared."""

from typing import Final

from learnflow.domain.next_topics import next_topics
from learnflow.domain.phrasing import one_line, together
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.taxonomy import GENERAL, TOPICS, name, prerequisites, title
from learnflow.tutor.answer_text import draft
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.conversation import topics_of_turns

_THANKS: Final = frozenset({"thanks", "thank", "thx", "ty", "cheers"})


def unprepared(request: AgentRequest, topic: str) -> Draft:
    """Say that nothing is prepared on a topic, and on what there is."""
    about = title(topic).lower() if topic in TOPICS else f'"{one_line(request.query.query_text)}"'
    prepared = together([name(key) for key in EXPLANATIONS], most=12)
    near = [title(key) for key in prerequisites(topic) if key in EXPLANATIONS]
    return draft(
        f"I cannot explain {about} offline: nothing is prepared on that, and I would rather say so than guess.",
        f"What I can explain and what leads up to it: {', '.join(near)}." if near else None,
        f"I can explain {len(EXPLANATIONS)} topics of programming: {prepared}.",
        topic=topic, confidence=0.2, missing="with Claude switched on, LearnFlow could answer this.",
        metadata={"answered": False},
    )  # fmt: skip


def ask_back(request: AgentRequest, topic: str) -> Draft:
    """Ask what is meant, with what it could be."""
    text = one_line(request.query.query_text)
    last = next(map(name, topics_of_turns(request)), None)
    open_question = "Shall I explain a topic? Then name it: loops, say."
    first = f"Shall I explain {name(topic)}, with an example?" if topic in TOPICS else open_question
    third = f"\n3. Or is it still about {last}? Then tell me what of it is unclear." if last else ""
    return draft(
        f'I am not sure what you need when you write "{text}".',
        f"1. {first}\n2. Or does a piece of code not do what you want? Then send me the code and the full error "
        f"message.{third}",
        topic=topic, confidence=0.3, missing="I understand only questions that say plainly what they are about.",
        metadata={"asks_back": True},
    )  # fmt: skip


def off_topic(request: AgentRequest, question: ParsedQuestion) -> Draft:
    """Be kind to who greets or thanks, and plain about what is not about programming."""
    who = f", {request.profile.name}" if request.profile.name else ""
    summary = request.standing
    following = next_topics(summary.python_mastery_levels, summary.struggle_topics, summary.weaknesses, most=1)
    about = name(following[0].topic) if following and summary.total_queries else "recursion"
    opening = f"Hello{who}!" if question.small_talk else "Sorry, that is not my subject."
    if not _THANKS.isdisjoint(question.words):
        opening = f"You are welcome{who}!"
    return draft(
        f"{opening} I am here for everything about programming: I explain topics, look for errors, review code, set "
        "exercises, and tell you how you are doing.",
        f'What would you like to do? "Explain {about}" or "give me an exercise" would be a start.',
        topic=GENERAL, confidence=0.9, missing="small talk is not my strength.", metadata={"off_topic": True},
    )  # fmt: skip
