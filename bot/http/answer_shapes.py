"""What services are answered: the shapes that the OpenAPI page promises."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.http import examples
from bot.http.problems import JsonObject
from routing.prediction import Origin


def _example(value: JsonObject) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class FaultView(BaseModel):
    """One thing that is wrong."""

    loc: list[str | int] = Field(description="Where: from `body`, `query` or `header` inward.")
    msg: str = Field(description="What is wrong, for a person.")
    type: str = Field(description="What is wrong, for a program.")


class Problem(BaseModel):
    """Why a request was refused: every fault that was found."""

    model_config = _example(examples.UNKNOWN_LABEL)
    detail: list[FaultView]


class Links(BaseModel):
    """Where to read on."""

    self: str


class CaseAnswer(BaseModel):
    """What became of a posted prediction; the same for ever."""

    model_config = _example(examples.REVIEWED)
    case_id: str
    external_id: str
    disposition: Literal["auto_accepted", "review", "reused"]
    tier: str
    reasons: list[str]
    inclusion_probability: float = Field(
        ge=0, le=1, description="The chance of being sent to review, fixed before the draw."
    )
    confidence: float | None = Field(
        ge=0,
        le=1,
        description="The model's probability of its label, as posted (or evened out, where probabilities "
        "were rounded); null where it gave none.",
    )
    calibrated_confidence: float | None = Field(
        ge=0, le=1, description="The same after the calibrator in force, which counts; null without one."
    )
    calibrator_version: str | None = Field(description="The calibrator that gave it; null without one.")
    threshold: float | None = Field(
        description="What the confidence had to reach to be accepted; null where nothing is accepted."
    )
    certificate_id: str | None = Field(
        description="The certificate that grants the threshold; null where the policy names it."
    )
    unreadable: str | None = Field(
        default=None,
        description="What the tier's rule could not be judged on; null where it was. Then it is reviewed.",
    )
    due_at: datetime | None = Field(
        description="When a reviewed case is overdue; null where nobody reviews it."
    )
    links: Links


class StoredItem(CaseAnswer):
    """A batch's item that is stored: 202, or 200 for a repeat."""

    status: Literal[200, 202]


class RefusedItem(Problem):
    """A batch's item that was refused, with the status that it would have had alone."""

    model_config = _example({"status": 422, **examples.UNKNOWN_LABEL})
    status: Literal[403, 409, 413, 422, 503]


class BatchAnswer(BaseModel):
    """One answer per item, in order."""

    model_config = _example(examples.BATCH)
    answers: list[StoredItem | RefusedItem]


class LabelView(BaseModel):
    """One expert's answer."""

    label: str = Field(description="The name of the answer, as people and rules write it.")
    answer: str | int = Field(description="The same as the question has it: a rating's step is a number.")
    expert: str | None = Field(
        description="Who gave it, as the policy's `expose_experts` names experts; null where it names none."
    )
    labeled_at: datetime
    rationale: str | None
    reason_code: str | None
    expert_confidence: Literal["low", "medium", "high"] | None
    is_assigned: bool | None = Field(
        description="Whether the expert was asked about this case by name, rather than choosing it in the "
        "channel; null of answers from before that was kept."
    )
    shown_at: datetime | None = Field(
        description="When the window opened in which it was given; null where nobody knows how long it took."
    )
    withdrawn_at: datetime | None


class DecisionView(BaseModel):
    """A case's final answer; a correction makes a new one with the next sequence."""

    decision_id: str
    sequence: int = Field(ge=1)
    label: str
    answer: str | int
    method: Literal["single", "consensus", "adjudicated", "overridden", "expired"]
    is_provisional: bool = Field(
        description="By the first of two answers: another decision follows that confirms or corrects it."
    )
    certainty: float | None = Field(
        description="The probability that it is right, from what experts' answers were worth on 200 or more "
        "adjudicated cases of the task; null where that cannot be told, as of what was adjudicated itself."
    )
    tier: str
    decided_at: datetime
    decided_by: list[str] | None = Field(
        description="Whose answers it rests on, named as in `labels`; null where the policy names nobody."
    )
    policy_version: str
    labels: list[LabelView] = Field(
        description="The experts' answers in force; empty where the decision no longer holds."
    )


class ContestView(BaseModel):
    """Somebody's objection to a decision."""

    sequence: int = Field(ge=1, description="That of the decision.")
    expert: str | None = Field(description="Who objected, named as in `labels`.")
    contested_at: datetime
    reason: str
    is_override: bool = Field(description="A lead's own answer took the decision's place at once.")
    outcome: Literal["upheld", "corrected"] | None = Field(description="Null until it is decided anew.")


class CaseView(CaseAnswer):
    """Where a prediction is now."""

    model_config = _example(examples.CASE_VIEW)
    service: str
    task: str
    origin: Origin
    kind: Origin = Field(
        description="The origin by its old name; the next version answers `origin` alone.",
        json_schema_extra={"deprecated": True},
    )
    status: Literal["auto_accepted", "reused", "open", "disputed", "decided", "expired"]
    predicted_label: str
    received_at: datetime
    policy_version: str
    decision: DecisionView | None = Field(
        description="The decision in force, or the one that stands while it is contested; null before one."
    )
    labels: list[LabelView] = Field(
        description="Every answer, those withdrawn too; empty until the case is decided."
    )
    contests: list[ContestView] = Field(description="Who objected to a decision, and what came of it.")


class ModelView(BaseModel):
    """The model that predicted."""

    name: str
    version: str


class PredictionView(BaseModel):
    """What the model said, and what its confidence was held against when the case was opened."""

    label: str
    confidence: float | None
    model: ModelView
    calibrated_confidence: float | None
    calibrator_version: str | None
    threshold: float | None
    certificate_id: str | None


class CallbackData(BaseModel):
    """The `data` of a callback of version 2."""

    model_config = _example(examples.CALLBACK)
    version: Literal[2]
    case_id: str
    external_id: str
    service: str
    task: str
    origin: Literal["production", "synthetic", "red_team"]
    inclusion_probability: float
    prediction: PredictionView
    decision: DecisionView = Field(
        description="As `GET /v1/cases/{case_id}` shows it; with `case.reopened` the one that held, with "
        "`case.contested` the one that stands until the next."
    )
    contests: list[ContestView] = Field(
        default=[], description="Only where somebody objected: who, and what came of it."
    )


class FeedItem(DecisionView):
    """One line of the feed: a decision, that it no longer holds, is contested, or stands on other words."""

    cursor: int
    event: Literal["decided", "reopened", "amended", "contested"] = Field(
        description="`amended`: the same decision; an answer got its reason later, or another one changed. "
        "`contested`: somebody objects; it stands until the next decision."
    )
    case_id: str
    external_id: str


class Feed(BaseModel):
    """Decisions in the order in which they became visible."""

    model_config = _example(examples.FEED)
    decisions: list[FeedItem]
    next: int = Field(description="Give this as `after` next time.")
    has_more: bool


class BadInputView(BaseModel):
    """That an expert called a case's input bad."""

    case_id: str
    external_id: str
    task: str
    stated_at: datetime
    note: str | None = Field(description="What is wrong with it, in the expert's words; null without any.")


class BadInputs(BaseModel):
    """Inputs that experts called bad, the latest first."""

    model_config = _example(examples.BAD_INPUTS)
    bad_inputs: list[BadInputView]
    next: int | None = Field(description="Give this as `before` for the earlier ones; null: there are none.")


class ReportLine(BaseModel):
    """A digest that was made."""

    key: str = Field(description="Names the team's week for ever.")
    last_day: date = Field(description="The day of the team's calendar on which the week ended.")
    since_at: datetime
    until_at: datetime
    made_at: datetime
    links: Links


class Reports(BaseModel):
    """A team's digests, newest first."""

    model_config = _example(examples.REPORTS)
    reports: list[ReportLine]
