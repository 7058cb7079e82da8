"""An answer that says that code is mended → the same with what running it has shown, or without the code."""

from collections.abc import Sequence

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.metadata import Proof
from learnflow.models.vocabulary import ProofVerdict
from learnflow.tutor.proof.prover import Prover
from learnflow.tutor.proof.whole_program import changed_code

_LEFT_OUT = (
    "I leave out the changed code that I had for you, because it does not help. {} So take what I say here for places "
    "to look at, and not for the cause."
)
_NOT_PROVEN = "Whether the changed code does what you want is for you to try. {}"


async def disproof(
    request: AgentRequest, question: ParsedQuestion, examples: Sequence[str], prover: Prover
) -> Proof | None:
    """Return what shows that the changed code among the examples does not help; None where nothing does."""
    changed = changed_code(question.code or "", examples)
    proof = await prover.prove(request, question, changed) if changed else None
    return proof if proof and proof.verdict is ProofVerdict.DISPROVED else None


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
