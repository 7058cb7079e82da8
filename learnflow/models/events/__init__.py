"""Every event type with the model of its payload. The contract is generated from this table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, cast

from learnflow.models.envelope import Event
from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated, StruggleDetected
from learnflow.models.events.logs import ActivityLogged, Heartbeat
from learnflow.models.events.queries import QuerySubmitted
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.students import (
    ExerciseAssigned,
    ExerciseGraded,
    HintGiven,
    MasteryLevelSet,
    ProfileUpdated,
    ProgressDue,
    ProgressRebuilt,
    SkillUpgraded,
    StruggleResolved,
)
from learnflow.models.events.work import (
    AgentRequest,
    CollaborationAnswered,
    CollaborationRequested,
    RoutingDecision,
)
from learnflow.models.fields import Model

PAYLOADS: Final[Mapping[str, type[Model]]] = MappingProxyType({
    "student.query.submitted": QuerySubmitted,
    "triage.routing.decision": RoutingDecision,
    "agent.request.created": AgentRequest,
    "agent.collaboration.requested": CollaborationRequested,
    "agent.collaboration.answered": CollaborationAnswered,
    "agent.response.completed": ResponseCompleted,
    "agent.response.failed": ResponseFailed,
    "student.struggle.detected": StruggleDetected,
    "mastery.level.updated": MasteryUpdated,
    "student.progress.updated": ProgressUpdated,
    "student.profile.updated": ProfileUpdated,
    "exercise.assigned": ExerciseAssigned,
    "exercise.hint.given": HintGiven,
    "exercise.graded": ExerciseGraded,
    "mastery.level.set": MasteryLevelSet,
    "student.skill.upgraded": SkillUpgraded,
    "struggle.resolved": StruggleResolved,
    "student.progress.due": ProgressDue,
    "student.progress.rebuilt": ProgressRebuilt,
    "agent.activity.logged": ActivityLogged,
    "agent.heartbeat": Heartbeat,
})

EVENT_TYPES: Final[Mapping[type[Model], str]] = MappingProxyType({model: name for name, model in PAYLOADS.items()})

EVENTS: Final[Mapping[str, type[Event[Any]]]] = MappingProxyType({
    name: cast("type[Event[Any]]", Event[model])  # type: ignore[valid-type]
    for name, model in PAYLOADS.items()
})
