"""Code review: what tools find, in friendly words, sorted by what matters, as much as a learner can take."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.praise import praised
from learnflow.code_analysis.rule import Kind
from learnflow.domain.phrasing import one_line
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.topic import code_topic
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.metadata import RemarkMetadata, ReviewMetadata
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Intent, LearningStyle, SkillLevel, Specialist
from learnflow.tutor.answer_text import draft
from learnflow.tutor.offline.content.library import REVIEW_WISHES
from learnflow.tutor.offline.conversation import topic_of_request
from learnflow.tutor.proof import Prover
from learnflow.tutor.review_evidence import (
    LOOKED,
    MOST_REMARKS,
    NOT_LINTED,
    ReviewFindings,
    Tried,
    look_over,
    summary,
    try_out,
)
from learnflow.tutor.student_level import advice, depth

_MOST: Final = {SkillLevel.BEGINNER: 3, SkillLevel.INTERMEDIATE: 5, SkillLevel.ADVANCED: MOST_REMARKS}
_WORDS: Final = {
    Kind.ERROR: "a bug", Kind.BUG: "a bug", Kind.RISK: "a risk", Kind.CLARITY: "clearer", Kind.STYLE: "style",
}  # fmt: skip
_HOW: Final = {
    LearningStyle.VISUAL: "Mark these lines in your editor, and take the mark away as each is done.",
    LearningStyle.AUDITORY: "Take them one at a time, and say aloud what each line does before you change it.",
    LearningStyle.KINESTHETIC: "Take them one at a time: first make the line go wrong on purpose, then mend it.",
    LearningStyle.STEP_BY_STEP: "Take them one at a time, and run your code after each change.",
    LearningStyle.EXAMPLE_DRIVEN: "Take them one at a time, and try each on a small example of your own first.",
}
_STILL: Final = "still there since last time. Say in your own words what can go wrong with it; then mend it, or ask me."
_RECOGNISED_BY: Final = 40  # characters of a remark by which it is known again


async def review(request: AgentRequest, question: ParsedQuestion, prover: Prover) -> Draft:
    """Review the student's code, which is run first, or ask for it."""
    if question.code is None:
        return _ask_for_code(request, question)
    topic = topic_of_request(request, question)
    topic = code_topic(question.code) if topic == GENERAL else topic
    tried = await try_out(request, question, prover)
    return _report(request, await look_over(question.code, question.language), tried, question, topic)


def _report(
    request: AgentRequest, looked_over: ReviewFindings, tried: Tried, question: ParsedQuestion, topic: str
) -> Draft:  # fmt: skip
    code, skill = question.code or "", depth(request, topic)
    asked = request.query.query_text
    wanted = tuple(wish for wish, entry in REVIEW_WISHES.items() if re.search(entry["words"], asked, re.IGNORECASE))
    all_findings = _wished_first(looked_over.findings, wanted)
    findings = all_findings[: _MOST[skill]]
    lacking = _not_judged(findings, wanted)
    more = len(all_findings) - len(findings)
    good = praised(code, question.language) if looked_over.confidence > NOT_LINTED else ()
    glad = lacking is None and question.has(Intent.CODE_REVIEW)
    return draft(
        *_opening(looked_over, len(findings), tried, glad=glad), lacking,
        f"What is good already: {' '.join(good)}" if good else None,
        "\n".join(_listed(request, finding, code.splitlines(), skill) for finding in findings) or None,
        *((_HOW[request.profile.learning_style], _later(more), advice(request, topic, Specialist.CODE_REVIEW))
          if findings else ()),
        topic=topic, confidence=looked_over.confidence, missing=looked_over.missing,
        metadata=ReviewMetadata(
            remarks=tuple(
                RemarkMetadata(line=finding.line, rule=finding.linter_code, text=finding.remark) for finding in findings
            ),
            suggested_topic=None if topic == GENERAL else topic,
            **({"ran": tried.ran} if tried.ran else {}),
        ).as_json(),
    )  # fmt: skip


def _opening(findings: ReviewFindings, shown: int, tried: Tried, *, glad: bool) -> Iterator[str]:
    if shown:
        yield tried.text
        yield f"I have {shown} remark{'s' if shown != 1 else ''}, the most important first."
    elif findings.confidence <= NOT_LINTED:
        yield tried.text
        yield "I could not look your code over, so I say nothing more of it, neither good nor bad."
    else:
        yield from summary(tried, can_be_glad=glad)


def _later(more: int) -> str | None:
    if not more:
        return None
    return f"{more} smaller thing{'s' if more != 1 else ''} can wait: ask again when these are done."


def _listed(request: AgentRequest, finding: Finding, lines: Sequence[str], skill: SkillLevel) -> str:
    start = finding.remark[:_RECOGNISED_BY]
    before = any(turn.agent is Specialist.CODE_REVIEW and start in turn.answer for turn in request.turns)
    code = f" [{finding.linter_code}]" if finding.linter_code and skill is SkillLevel.ADVANCED else ""
    text = _STILL if before else f"{_WORDS[finding.kind]}. {finding.remark}"
    return f"- Line {finding.line}{_quoted(lines, finding.line)}: {text}{code}"


def _quoted(lines: Sequence[str], number: int) -> str:
    text = one_line(lines[number - 1]) if number <= len(lines) else ""
    return f" (`{text}`)" if text else ""


def _ask_for_code(request: AgentRequest, question: ParsedQuestion) -> Draft:
    topic = topic_of_request(request, question)
    return draft(
        "Happy to look at it, but there is no code with your question.",
        "Send the code itself, between ``` lines or as the snippet, and say what it should do.",
        topic=topic, confidence=LOOKED, missing="I cannot open links or files.",
        metadata=ReviewMetadata(
            remarks=(), suggested_topic=None if topic == GENERAL else topic, asks_back=True
        ).as_json(),
    )  # fmt: skip


def _wished_first(findings: Sequence[Finding], wanted: Sequence[str]) -> tuple[Finding, ...]:
    """Return the findings, those on what was asked for first, without those that are only for who asks."""
    due = (finding for finding in findings if not finding.rule.only_in_focus or finding.rule.focus in wanted)
    return tuple(sorted(due, key=lambda finding: finding.rule.focus not in wanted))


def _not_judged(findings: Sequence[Finding], wanted: Sequence[str]) -> str | None:
    """Say what was asked for and is not among the findings."""
    present = {finding.rule.focus for finding in findings}
    return " ".join(REVIEW_WISHES[wish]["not_judged"] for wish in wanted if wish not in present) or None
