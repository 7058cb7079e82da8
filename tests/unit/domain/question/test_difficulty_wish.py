"""How hard an exercise should be, by the words of the wish."""

import pytest

from learnflow.domain.question.difficulty_wish import DifficultyWish, difficulty_wish
from learnflow.models.vocabulary import SkillLevel


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        ("an exercise on loops", 0),
        ("an easy exercise", -1),
        ("something not too hard on sets", -1),
        ("nothing crazy please", -1),
        ("i find recursion hard give me an exercise", -1),
        ("loops are difficult for me", -1),
        ("the last one was too hard", -1),
        ("a hard exercise", 1),
        ("something that is hard", 1),
        ("not so easy please", 1),
        ("the last one was too easy", 1),
        ("a harder one", 1),
    ],
)
def test_words_move_the_difficulty(said: str, steps: int) -> None:
    assert difficulty_wish(said) == DifficultyWish(steps=steps)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("medium difficulty", SkillLevel.INTERMEDIATE),
        ("an intermediate exercise", SkillLevel.INTERMEDIATE),
        ("im a beginner", SkillLevel.BEGINNER),
        ("the easiest that you have", SkillLevel.BEGINNER),
        ("the hardest one", SkillLevel.ADVANCED),
    ],
)
def test_a_level_is_named_outright(said: str, level: SkillLevel) -> None:
    assert difficulty_wish(said).named is level
