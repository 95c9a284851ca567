"""What services post: a prediction with its input and circumstances, checked while it is parsed."""

import base64
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from bot.http.examples import POSTED_CASE
from bot.http.pictures import FORMATS, LONGEST_BASE64, MAGIC, check_format, decode
from bot.http.posted_fields import (
    PROBABILITIES_SCHEMA,
    AltText,
    Duration,
    Link,
    LongText,
    Moment,
    Name,
    Probability,
    Scalar,
    Score,
    SecureLink,
    ShortName,
    Text,
)
from bot.http.questions.question_list import PostedAnswer
from bot.http.strict import Strict
from routing.prediction import Origin

PostedOrigin = Literal["production", "synthetic", "red_team"]
"""`POSTED_ORIGINS` as they are written."""
MediaType = Annotated[
    str, AfterValidator(check_format), WithJsonSchema({"type": "string", "enum": list(MAGIC)})
]


class PostedImage(Strict):
    """A picture: a public https link, or its bytes, which are uploaded to Slack and shown from there."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["url"]}, {"required": ["data", "media_type"]}]}
    )
    alt_text: AltText = Field(description="What a person who cannot see it reads.")
    url: SecureLink | None = Field(default=None, description="A public https link; Slack fetches it.")
    # Before `data`: pydantic checks fields in order, and the check of `data` reads the type.
    media_type: MediaType | None = Field(default=None, description=f"{FORMATS}.")
    data: Annotated[str, Field(max_length=LONGEST_BASE64)] | None = Field(
        default=None, description="The picture as base64, at most 256 KiB when decoded."
    )

    @property
    def content(self) -> bytes | None:
        """The decoded bytes, or None for a link."""
        return None if self.data is None else base64.b64decode(self.data)

    @field_validator("data")
    @classmethod
    def _is_picture(cls, data: str | None, info: ValidationInfo) -> str | None:
        media_type = info.data.get("media_type")
        if data is not None and media_type is not None:
            decode(data, media_type)
        return data


class PostedInput(Strict):
    """What the model saw, as an expert should see it."""

    text: LongText | None = None
    fields: dict[ShortName, Scalar] = Field(
        default_factory=dict, max_length=50, description="Up to 50 named values, shown in this order."
    )
    link: Link | None = Field(default=None, description="Where the whole thing can be seen.")
    image: PostedImage | None = None


class PostedPrediction(PostedAnswer):
    """The answer, with the probability of every label or the confidence in it; without, a person looks."""

    probabilities: Annotated[
        Annotated[dict[Name, Probability], Field(min_length=1, max_length=1_000)] | None,
        WithJsonSchema(PROBABILITIES_SCHEMA),
    ] = Field(
        default=None,
        description="The probability of each label of the task, or a list of `label` and `score`; together "
        "1, but for what rounding to two or more digits does to each of them: then they are evened out.",
    )
    confidence: Probability | None = Field(
        default=None, description="The model's probability of its label, where the others are not known."
    )


class PostedModel(Strict):
    """Which model predicted."""

    name: Name
    version: Name


class PostedEvidence(Strict):
    """One thing that speaks for or against the prediction."""

    title: Name
    text: Text | None = None
    link: Link | None = None


class PostedCase(Strict):
    """One prediction that may need a second look."""

    model_config = ConfigDict(json_schema_extra={"examples": [POSTED_CASE]})

    external_id: Name = Field(description="Your id of this prediction; it names the same case for ever.")
    task: ShortName = Field(description="A task of the policy that your service may post.")
    input: PostedInput
    prediction: PostedPrediction
    model: PostedModel
    scores: dict[ShortName, Score] = Field(
        default_factory=dict,
        max_length=50,
        description="Up to 50 numbers that the model gives besides, by name; rules read `scores.NAME`.",
    )
    evidence: list[PostedEvidence] = Field(default_factory=list, max_length=20)
    recommended_action: Text | None = Field(
        default=None, description="What you would do with it, in words; experts see it."
    )
    intent: Text | None = Field(default=None, description="What the answer is for, in words; experts see it.")
    group: Name | None = Field(
        default=None,
        description="What it shares with other predictions, so that they are wrong together: a run, person "
        "or merchant; default: the same input is one.",
    )
    slices: dict[ShortName, Name] = Field(
        default_factory=dict,
        max_length=20,
        description="Up to 20 properties to report by, such as country or segment.",
    )
    occurred_at: Moment | None = Field(
        default=None,
        description="When it happened: ISO 8601 with time zone, or seconds since 1970 as a number; from "
        "2000 to 2100, at most 5 minutes ahead; default: when received.",
    )
    callback_url: Link | None = Field(
        default=None, description="Where the decision of this case goes; default: the service's address."
    )
    due_in: Duration | None = Field(
        default=None,
        description="How soon a decision is needed, such as 30m, 4h, 1d12h or PT90M; default: the tier's.",
    )
    origin: PostedOrigin | None = Field(
        default=None,
        description="Only production counts in numbers about all traffic; default: production.",
    )
    # After `origin`, which its check reads.
    kind: PostedOrigin | None = Field(
        default=None,
        description="The origin by its old name, which the next version does not take.",
        json_schema_extra={"deprecated": True},
    )

    @property
    def declared_origin(self) -> Origin:
        """Where the prediction comes from, by either name."""
        return Origin(self.origin or self.kind or Origin.PRODUCTION)

    @field_validator("kind")
    @classmethod
    def _is_same_as_origin(cls, kind: PostedOrigin | None, info: ValidationInfo) -> PostedOrigin | None:
        origin = info.data.get("origin")
        if kind is not None and origin is not None and kind != origin:
            raise PydanticCustomError("origin", "kind is the old name of origin; give one of them")
        return kind


CASE: TypeAdapter[PostedCase] = TypeAdapter(PostedCase)
