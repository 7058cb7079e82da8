"""Progress in words, from the student's counts."""

from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest, Standing
from learnflow.models.taxonomy import GENERAL, TOPICS, prerequisites
from learnflow.models.vocabulary import Intent
from learnflow.tutor.offline.library import EXPLANATIONS
from learnflow.tutor.offline.wording import draft, title

_WORDS = {
    Intent.CONCEPTS: "to understand something",
    Intent.DEBUG: "to find an error",
    Intent.CODE_REVIEW: "to have code reviewed",
    Intent.EXERCISE: "to practise",
    Intent.PROGRESS: "how you are doing",
}
_MISSING = "I count what you did; I did not look at how well it went."


def progress(request: AgentRequest) -> Draft:
    """Say in words where the student stands, and one thing to do next."""
    standing = request.standing
    name = f"{request.profile.name}, this" if request.profile.name else "This"
    if not standing.total_queries:
        return draft(
            "You are at the very beginning: there is nothing to report yet.",
            'Ask me anything, for example "What is a variable?", and I will keep track from there.',
            topic=GENERAL, confidence=0.9, missing=_MISSING, metadata={"total_queries": 0},
        )  # fmt: skip
    return draft(
        f"{name} is where you stand.", _counts(standing), _topics(standing), _last(standing), _next(standing),
        topic=GENERAL, confidence=0.85, missing=_MISSING,
        metadata={"total_queries": standing.total_queries, "topics_covered": list(standing.topics_covered)},
    )  # fmt: skip


def _counts(standing: Standing) -> str:
    total = standing.total_queries
    kinds = sorted(standing.queries_by_type.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{count}\N{MULTIPLICATION SIGN} {_WORDS[intent]}" for intent, count in kinds if count]
    return f"You have asked {total} question{'s' if total != 1 else ''}" + (f": {', '.join(parts)}." if parts else ".")


def _topics(standing: Standing) -> str:
    covered = [title(topic).lower() for topic in standing.topics_covered if topic != GENERAL]
    if not covered:
        return "None of them was about a particular topic yet."
    return f"You have met {len(covered)} topic{'s' if len(covered) != 1 else ''}: {', '.join(covered[:12])}" + (
        " and more." if len(covered) > 12 else "."  # noqa: PLR2004 - as many as are cut above
    )


def _last(standing: Standing) -> str | None:
    return f"Your last question was on {standing.last_activity:%d %B %Y}." if standing.last_activity else None


def _next(standing: Standing) -> str:
    """Suggest the first topic that the student has not met and is ready for."""
    met = set(standing.topics_covered)
    ready = [key for key in TOPICS if key in EXPLANATIONS and key not in met and met.issuperset(prerequisites(key))]
    if ready:
        return f"A good next step: {title(ready[0]).lower()}. You know what it builds on."
    return "A good next step: an exercise on a topic that you have met."
