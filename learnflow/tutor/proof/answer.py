"""An answer that says that code is mended → the same with what running it has shown, or without the code."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import OFFLINE_MODEL, Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.metadata import Proof
from learnflow.models.vocabulary import ExerciseLanguage, Language, ProofVerdict, Stage
from learnflow.sandbox import Execution
from learnflow.tutor.answer_progress import enter
from learnflow.tutor.proof.output_claims import OutputClaim, false_claims, output_claims, without_sentences
from learnflow.tutor.proof.programs import changed_code
from learnflow.tutor.proof.prover import Prover

_RUNNABLE: Final = {Language(language): language for language in ExerciseLanguage}
_LEFT_OUT: Final = (
    "I leave out the changed code that I had for you, because it does not help. {} So take what I say here for places "
    "to look at, and not for the cause."
)
_NOT_PROVEN: Final = "Whether the changed code does what you want is for you to try. {}"

_CLAIM_LEFT_OUT: Final = "(I have left out what I said on the output of some code: running it showed something else.)"


async def disproof(
    request: AgentRequest, question: ParsedQuestion, examples: Sequence[str], prover: Prover
) -> Proof | None:
    """Return what shows that the changed code among the examples does not help; None where nothing does."""
    changed = changed_code(question.code or "", examples)
    proof = await prover.prove(request, question, changed) if changed else None
    return proof if proof and proof.verdict is ProofVerdict.DISPROVED else None


async def gives_solution(
    request: AgentRequest, question: ParsedQuestion, examples: Sequence[str], prover: Prover
) -> bool:  # fmt: skip
    """Say whether one of the examples, run by itself, gives all that the student's code should give, and does not."""
    for example in dict.fromkeys([question.code or "", *examples]):
        snippet = replace(question.snippet, code=example)
        observed = await prover.observe(request, replace(question, snippet=snippet)) if example.strip() else ""
        told = () if isinstance(observed, str) else (each for each in observed if each.expectation)
        wanted = [each for each in told if each.made_input is None or each.made_input.told]
        if wanted and all(each.is_met for each in wanted):
            return example != question.code
    return False


async def false_output(
    request: AgentRequest, question: ParsedQuestion, text: str, examples: Sequence[str], prover: Prover
) -> tuple[tuple[OutputClaim, str], ...]:
    """Return what an answer says of outputs that running the code shows to be false, and what comes instead."""
    language = _RUNNABLE.get(question.language or Language.PYTHON)
    if language is None:
        return ()

    async def run_code(code: str) -> Execution | None:
        return await prover.run_code(language, code, request.query.student_id)

    enter(Stage.CHECKING)
    grounds = [*filter(None, [question.code]), *examples]
    return await false_claims(output_claims(text), language, grounds, run_code)


async def true_draft(draft: Draft, request: AgentRequest, question: ParsedQuestion, prover: Prover) -> Draft:
    """Return a draft without the sentences that say false things of outputs; what is prepared has none."""
    if draft.model == OFFLINE_MODEL:
        return draft
    found = await false_output(request, question, draft.text, draft.code_examples, prover)
    if not found:
        return draft
    kept = without_sentences(draft.text, [claim for claim, _ in found])
    return draft.model_copy(update={"text": f"{kept}\n\n{_CLAIM_LEFT_OUT}".strip()})


async def proven_draft(draft: Draft, request: AgentRequest, question: ParsedQuestion, prover: Prover) -> Draft:
    """Return a draft that calls code mended only where that is proven, and holds none that is disproved."""
    if not draft.metadata.get("fix_applied") or "proof" in draft.metadata:
        return draft
    changed = changed_code(question.code or "", draft.code_examples)
    if changed is None:
        return draft.model_copy(update={"metadata": {**draft.metadata, "fix_applied": False}})
    proof = await prover.prove(request, question, changed)
    is_proven, is_disproved = (proof.verdict is verdict for verdict in (ProofVerdict.PROVEN, ProofVerdict.DISPROVED))
    words = "{}" if is_proven else _LEFT_OUT if is_disproved else _NOT_PROVEN
    kept = tuple(example for example in draft.code_examples if not (is_disproved and example == changed))
    return draft.model_copy(
        update={
            "text": f"{draft.text}\n\n{words.format(proof.reason)}",
            "code_examples": kept,
            "metadata": {**draft.metadata, "fix_applied": is_proven, "proof": proof.model_dump(mode="json")},
        }
    )
