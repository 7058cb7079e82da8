"""What holds of the metadata of every answer: it is as data model 2.2 and its agent have it."""

from learnflow.models.draft import Draft
from learnflow.models.metadata import METADATA, AnswerMetadata
from learnflow.models.vocabulary import Specialist


def shaped(agent: Specialist, draft: Draft) -> Draft:
    """Return an answer whose metadata has the shape of its agent; who is in distress gets none of an agent's own."""
    model = AnswerMetadata if draft.metadata.get("distress") else METADATA[agent]
    assert model.model_validate(draft.metadata).as_json() == draft.metadata
    return draft
