"""Findings whose mended code was run: those whose change does not help are no findings, and are not told."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from learnflow.code_analysis.finding import Finding
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest
from learnflow.models.metadata import Proof
from learnflow.models.vocabulary import ProofVerdict
from learnflow.tutor.proof import Prover


async def tried(
    request: AgentRequest, question: ParsedQuestion, findings: Sequence[Finding], prover: Prover,
    error: str | None = None,
) -> list[tuple[Finding, Proof | None]]:  # fmt: skip
    """Return the findings that stand, with what was proven of their changes, those that are proven first.

    A finding none of whose changes helps is left out; of several changes only those stay that are proven as well as the
    best. `error` is the name of the one to mend, None for a wrong result.
    """
    if not question.code:
        return [(finding, None) for finding in findings]
    outcomes = await asyncio.gather(*(_tried(request, question, finding, prover, error) for finding in findings))
    standing = [outcome for outcome in outcomes if outcome is not None]
    return sorted(standing, key=lambda outcome: not holds(outcome[1]))


def holds(proof: Proof | None) -> bool:
    """Say whether a change is proven."""
    return proof is not None and proof.verdict is ProofVerdict.PROVEN


async def _tried(
    request: AgentRequest, question: ParsedQuestion, finding: Finding, prover: Prover, error: str | None
) -> tuple[Finding, Proof | None] | None:
    if not finding.fixes:
        return finding, None
    proofs = await asyncio.gather(*(prover.prove(request, question, fix, error) for fix in finding.fixes))
    for verdict in (ProofVerdict.PROVEN, ProofVerdict.NOT_PROVABLE):
        same = [(fix, proof) for fix, proof in zip(finding.fixes, proofs, strict=True) if proof.verdict is verdict]
        if same:
            return replace(finding, fixes=tuple(fix for fix, _ in same)), same[0][1]
    return None
