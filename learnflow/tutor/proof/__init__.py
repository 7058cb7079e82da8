"""Proof by running: nothing is called mended that was not run next to what the student sent."""

from learnflow.tutor.proof.expectation import Expectation, expectation, expectations, meets, shows
from learnflow.tutor.proof.programs import changed_code
from learnflow.tutor.proof.prover import Prover

__all__ = ["Expectation", "Prover", "changed_code", "expectation", "expectations", "meets", "shows"]
