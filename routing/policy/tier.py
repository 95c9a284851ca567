"""A tier of a task: which predictions pass, who looks at the others, and what happens if nobody does."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from routing.cell import Cell, cells
from routing.evidence.promise import Promise
from routing.fields import Key, Line, UserId
from routing.policy.duration import Duration
from routing.policy.people_asked import EscalationStep, Experts
from routing.policy.threshold import Acceptance, CertifiedThreshold
from routing.prediction import Origin
from routing.section import Section

Suspender = Literal["new_model", "changed_labels", "drift"]
ASK_FOR = timedelta(hours=2)
ALWAYS_SUSPENDS: tuple[Suspender, ...] = ("new_model", "changed_labels")
MAX_SILENCE = 0.05


class Tier(Section):
    """A class of consequence: which cases, who looks, by when, and what happens if nobody does.

    `because` is a sentence that tells experts why such cases come to them; without it they read the rule in
    words.

    A prediction is accepted without review if its calibrated confidence is `accept_above` or more; where that
    is a promise, if it reaches the threshold certified for its model, its labels and its calibrator. What the
    tier's `when` cannot be judged on is reviewed here, or passed on as `when_unreadable` says. `audit`
    is the least share of the accepted that is looked at, `audit_slices` that of slices "name=value" that need
    more: of those that a prediction has, the highest counts. `suspend_on` says what ends a certified
    threshold, as does silence: that more than `max_silence` of its audits is not answered in time. `novel`
    says what becomes of a case unlike anything that was labeled. `error_cost` is what an error
    costs that is accepted, in a unit of your own that is the same for all tiers; `minutes_per_label` is how
    long an expert takes for one label. Both serve the budget and the replay only.

    `second_opinions` is the share of reviewed cases that get a second opinion from the start, drawn at
    random: an audit as much more often as it stands for more, and all that a promise is about to be certified
    for; where it is set, 0 too, every claim that an accepted prediction was wrong gets one. Whoever is
    asked for it has `ask_for` before the next is. `provisional`: the service hears of the first answer.
    `blind` is the share of reviewed cases, drawn at random, whose prediction nobody sees before the decision.
    `ask_again`: what nobody answered in time is asked of another person by name; where a limit is held that
    is so unless it is switched off, elsewhere of what is audited if it is switched on.

    Beside that share of reviewed cases, drawn at random, a case with a settled answer is put in, which nobody
    can tell from others: `gold` as it came, `planted` with a wrong prediction, which its answerer learns
    right after. Not where experts act on what they answer by themselves (`acts_outside`).

    With a `certainty` its cases are decided once it is so sure that the answer is right; below that one more
    of `answers_at_most` is asked, then an adjudicator. Without it, and until it can be told from 200
    adjudicated cases of the task, the answers are counted.
    """

    name: Key
    when: str = "true"
    when_unreadable: Literal["review", "pass"] = "review"
    because: Line | None = None
    channel: Key
    accept_above: Acceptance
    audit: float = Field(default=0.0, strict=True, ge=0, le=1)
    audit_slices: Mapping[str, Annotated[float, Field(strict=True, gt=0, le=1)]] = Field(
        default_factory=dict, max_length=100
    )
    suspend_on: tuple[Suspender, ...] = ALWAYS_SUSPENDS
    max_silence: float = Field(default=MAX_SILENCE, strict=True, gt=0, le=1)
    novel: Literal["review", "note"] = "note"
    quorum: int = Field(default=1, strict=True, ge=1, le=20)
    second_opinions: float | None = Field(default=None, strict=True, ge=0, le=1)
    provisional: bool = Field(default=False, strict=True)
    ask_for: Duration = ASK_FOR
    blind: float | None = Field(default=None, strict=True, gt=0, lt=1)
    ask_again: bool | None = Field(default=None, strict=True)
    gold: float | None = Field(default=None, strict=True, gt=0, lt=1)
    planted: float | None = Field(default=None, strict=True, gt=0, lt=1)
    acts_outside: bool = Field(default=False, strict=True)
    certainty: float | None = Field(default=None, strict=True, ge=0.5, lt=1)
    answers_at_most: int | None = Field(default=None, strict=True, ge=1, le=20)
    error_cost: float = Field(default=1.0, strict=True, ge=0)
    minutes_per_label: float = Field(default=1.0, strict=True, gt=0, le=480)
    due_in: Duration
    experts: Experts = Experts()
    adjudicators: tuple[UserId, ...] = ()
    escalation: tuple[EscalationStep, ...] = Field(default=(), max_length=20)
    on_expiry: Literal["keep_open", "close", "accept_prediction", "safe_label"] = "keep_open"
    safe_label: str | None = None
    expires_in: Duration | None = None
    _risk: int = PrivateAttr(default=0)

    @field_validator("accept_above", mode="before")
    @classmethod
    def _threshold_or_words(cls, value: object) -> object:
        # Before pydantic tries the three forms: its own errors would speak of each of them.
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number and not isinstance(value, Mapping | CertifiedThreshold) and value != "always_review":
            raise ValueError(
                f'{value!r} is no threshold; give a number such as 0.9, "always_review" or a promise such as '
                "{ error = 0.02, confidence = 0.95 }"
            )
        return value

    @field_validator("audit_slices")
    @classmethod
    def _audits_slices(cls, value: Mapping[str, float]) -> Mapping[str, float]:
        for named in value:
            # For its check alone: every key is a slice.
            cells([named])
        return value

    @model_validator(mode="after")
    def _suspends_a_promise(self) -> "Tier":
        if self.certified is None and self.suspend_on != ALWAYS_SUSPENDS:
            raise ValueError(
                "`suspend_on` does nothing where no limit is held; "
                "remove it or write `accept_above = { error = 0.02, confidence = 0.95 }`"
            )
        if self.certified is None and self.max_silence != MAX_SILENCE:
            raise ValueError(
                "`max_silence` does nothing where no limit is held; "
                "remove it or write `accept_above = { error = 0.02, confidence = 0.95 }`"
            )
        return self

    @model_validator(mode="after")
    def _has_second_opinions(self) -> "Tier":
        for name, default in (("provisional", False), ("ask_for", ASK_FOR)):
            is_used = self.second_opinions is not None or (name == "ask_for" and self.asks_again)
            if not is_used and getattr(self, name) != default:
                raise ValueError(
                    f"`{name}` does nothing without second opinions; remove it or add `second_opinions = 0.1`"
                )
        if self.second_opinions is not None and self.quorum > 1:
            raise ValueError(
                "where every case needs several answers each has a second opinion; "
                "remove `second_opinions` or `quorum`"
            )
        return self

    @model_validator(mode="after")
    def _asks_again_about_something(self) -> "Tier":
        if self.ask_again and not (self.certified or self.audit or self.audit_slices):
            raise ValueError(
                "`ask_again` does nothing where nothing is audited; remove it or add `audit = 0.05`"
            )
        return self

    @model_validator(mode="after")
    def _puts_nothing_in_where_experts_act(self) -> "Tier":
        # What has happened already would be done again, or done to somebody for a made-up reason.
        if self.acts_outside and self.trials:
            names = " and ".join(f"`{origin}`" for origin in self.trials)
            raise ValueError(
                f"where experts act on their answers by themselves no case may be put in; remove {names} "
                "or `acts_outside`"
            )
        return self

    @model_validator(mode="after")
    def _expiry_is_complete(self) -> "Tier":
        if (self.on_expiry == "safe_label") != (self.safe_label is not None):
            raise ValueError(
                '`on_expiry = "safe_label"` and `safe_label` need each other; give both or neither'
            )
        if (self.on_expiry == "keep_open") != (self.expires_in is None):
            raise ValueError(
                "`expires_in` and an `on_expiry` other than keep_open need each other; give both or neither"
            )
        return self

    @model_validator(mode="after")
    def _certainty_is_complete(self) -> "Tier":
        if (self.certainty is None) != (self.answers_at_most is None):
            raise ValueError(
                "`certainty` and `answers_at_most` need each other; give both or neither, "
                "such as `certainty = 0.95` and `answers_at_most = 3`"
            )
        if self.answers_at_most is not None and self.answers_at_most < self.quorum:
            raise ValueError("`answers_at_most` is less than `quorum`; raise it, or lower `quorum`")
        return self

    @property
    def certified(self) -> CertifiedThreshold | None:
        """The threshold that has to be certified; None where the tier names one or reviews everything."""
        return self.accept_above if isinstance(self.accept_above, CertifiedThreshold) else None

    @property
    def asks_again(self) -> bool:
        """Whether another person is asked where nobody answered in time."""
        return self.certified is not None if self.ask_again is None else self.ask_again

    @property
    def settles_in(self) -> timedelta:
        """By then a prediction is answered, or nobody else is asked about it any more."""
        return 2 * self.due_in if self.asks_again else self.due_in

    @property
    def promise(self) -> Promise | None:
        """What the tier promises; None if it promises nothing."""
        return self.certified.promise if self.certified else None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The parts of its traffic that may have thresholds of their own."""
        return self.certified.cells if self.certified else ()

    @property
    def checks_labels(self) -> bool:
        """Whether second opinions say what single answers are worth: a share of them is drawn."""
        return bool(self.second_opinions)

    def audit_of(self, slices: Mapping[str, str]) -> float:
        """The least share of audits of accepted predictions with these slices."""
        if not self.audit_slices:
            return self.audit
        asked = (self.audit_slices.get(f"{name}={value}", 0.0) for name, value in slices.items())
        return max(self.audit, *asked, 0.0)

    @property
    def trials(self) -> Mapping[Origin, float]:
        """Of what is put in the share of reviewed cases beside which it comes; empty where nothing is."""
        shares = {Origin.GOLD: self.gold, Origin.PLANTED: self.planted}
        return {origin: share for origin, share in shares.items() if share is not None}

    @property
    def risk(self) -> int:
        """The tier's place in its task, 0 is the riskiest."""
        return self._risk

    @property
    def people(self) -> frozenset[str]:
        """Everybody the tier names by user id: experts, adjudicators and those it escalates to."""
        escalated = (user for step in self.escalation for user in step.people)
        return frozenset((*self.experts.people, *self.adjudicators, *escalated))
