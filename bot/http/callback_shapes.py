"""What services are sent: the bodies of callbacks, in both versions, as the OpenAPI page promises them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.http import examples
from bot.http.answer_shapes import CallbackData, PredictionView


def _example(event: str) -> ConfigDict:
    body = {"type": event, "timestamp": examples.DECISION["decided_at"], "data": examples.CALLBACK}
    return ConfigDict(json_schema_extra={"examples": [body]})


class PersonVersion1(BaseModel):
    """A person in version 1."""

    team_id: str = Field(description="Slack's workspace; empty where the policy tells no Slack ids.")
    user_id: str = Field(description="Slack's id or the pseudonym; empty where the policy names nobody.")


class ReasonVersion1(BaseModel):
    """Why an expert answered so, in version 1."""

    text: str
    reason_code: str | None


class LabelVersion1(BaseModel):
    """One expert's answer in version 1."""

    label: str
    expert: PersonVersion1
    labeled_at: datetime
    rationale: ReasonVersion1 | None
    expert_confidence: Literal["low", "medium", "high"] | None


class DecisionVersion1(BaseModel):
    """A decision in version 1."""

    decision_id: str
    sequence: int = Field(ge=1)
    label: str
    method: Literal["single", "consensus", "adjudicated", "overridden", "expired"]
    decided_at: datetime
    decided_by: list[PersonVersion1] = Field(description="Empty where the policy names nobody.")
    policy_version: str
    is_provisional: bool = Field(
        default=False,
        description="Only where it is true: by the first of two answers, and another decision follows.",
    )


class ContestVersion1(BaseModel):
    """Somebody's objection to a decision in version 1."""

    sequence: int = Field(ge=1, description="That of the decision.")
    expert: PersonVersion1
    contested_at: datetime
    reason: str
    is_override: bool = Field(description="A lead's own answer took the decision's place at once.")
    outcome: Literal["upheld", "corrected"] | None = Field(description="Null until it is decided anew.")


class CallbackDataVersion1(BaseModel):
    """The `data` of a callback of version 1, where the policy asks for no other."""

    version: Literal[1]
    case_id: str
    external_id: str
    service: str
    task: str
    origin: Literal["production", "synthetic", "red_team"]
    kind: Literal["production", "synthetic", "red_team"] = Field(
        description="The origin by its old name, for one more version.",
        json_schema_extra={"deprecated": True},
    )
    tier: str
    inclusion_probability: float
    prediction: PredictionView
    decision: DecisionVersion1 = Field(description="With `case.reopened` the one that held.")
    labels: list[LabelVersion1] = Field(description="Each answer in force.")
    contests: list[ContestVersion1] = Field(default=[], description="Only where somebody objected.")


class CallbackEvent(BaseModel):
    """What every callback has."""

    timestamp: datetime = Field(description="When it happened; a later try says the same.")
    data: Annotated[CallbackDataVersion1 | CallbackData, Field(discriminator="version")]


class CaseDecided(CallbackEvent):
    """A case has its first decision, or its next after it was open again."""

    model_config = _example("case.decided")
    type: Literal["case.decided"]


class CaseCorrected(CallbackEvent):
    """Another decision replaces the one before, with the next `sequence`."""

    model_config = _example("case.corrected")
    type: Literal["case.corrected"]


class CaseReopened(CallbackEvent):
    """The decision no longer holds, and the case waits for another."""

    model_config = _example("case.reopened")
    type: Literal["case.reopened"]


class CaseAmended(CallbackEvent):
    """The same decision; an answer got its reason later or in other words, or one beside it changed."""

    model_config = _example("case.amended")
    type: Literal["case.amended"]


class CaseContested(CallbackEvent):
    """Somebody objects to the decision: it stands until `case.upheld` or `case.corrected` follows."""

    model_config = _example("case.contested")
    type: Literal["case.contested"]


class CaseUpheld(CallbackEvent):
    """After an objection another decision says the same, with the next `sequence`."""

    model_config = _example("case.upheld")
    type: Literal["case.upheld"]


CALLBACKS: dict[str, type[CallbackEvent]] = {
    "case.decided": CaseDecided,
    "case.corrected": CaseCorrected,
    "case.reopened": CaseReopened,
    "case.amended": CaseAmended,
    "case.contested": CaseContested,
    "case.upheld": CaseUpheld,
}
