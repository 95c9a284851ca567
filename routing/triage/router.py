"""Triage: which tier a prediction falls in, whether it is accepted or reviewed, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

from routing.errors import InvalidExpression
from routing.expression.expression import Expression
from routing.expression.facts import Facts
from routing.expression.syntax import Path
from routing.policy import Policy, Tier, format_duration
from routing.prediction import Origin, Submission
from routing.routing import Disposition, Routing
from routing.triage.acceptance import Acceptance, Confidence, accept, confidence_of
from routing.triage.in_force import NOTHING_STANDING, Standing
from routing.triage.sampling import draw

CHECKED = "a second opinion is asked of all such cases"


@dataclass(frozen=True, slots=True)
class _Route:
    """A task's tiers with their compiled expressions, the facts that these read, and the labels' digest."""

    tiers: tuple[tuple[Tier, Expression], ...]
    wanted: frozenset[Path]
    labels_digest: str


@dataclass(frozen=True, slots=True)
class _Review:
    """What chance makes of a review."""

    quorum: int
    is_blind: bool


def compile_router(policy: Policy) -> "Router":
    """Compile every tier's expression once. Raises InvalidExpression; a loaded policy never does."""
    routes: dict[str, _Route] = {}
    for name, task in policy.tasks.items():
        tiers = tuple((tier, Expression.compile(tier.when)) for tier in task.tiers)
        wanted = frozenset[Path]().union(*(expression.variables for _, expression in tiers))
        routes[name] = _Route(tiers, wanted, task.labels_digest)
    return Router(MappingProxyType(routes))


@dataclass(frozen=True, slots=True)
class Router:
    """The compiled policy; pure, so any thread may use it."""

    routes: Mapping[str, _Route]

    def route(
        self, submission: Submission, draw_key: bytes, standing: Standing = NOTHING_STANDING
    ) -> Routing:
        """Route a checked submission by the policy and what is in force. Raises KeyError for another task."""
        route = self.routes[submission.task]
        tier, unreadable, reasons = _matching(route, submission)
        confidence = confidence_of(submission, standing)
        acceptance = accept(submission, tier, route.labels_digest, confidence, standing)
        if unreadable is not None:
            acceptance = _unjudged(tier)
        reasons.append(acceptance.reason)
        is_novel = _is_novel(tier, submission, standing, reasons)
        is_accepted = acceptance.is_accepted and not is_novel
        # 1 for what is reviewed anyway: estimates weigh each label by the inverse of this chance.
        share = standing.audit_share(submission, tier) if is_accepted else 1.0
        is_audit = is_accepted and _is_audited(share, submission, draw_key, reasons)
        is_evidence = unreadable is None and not is_novel
        chance = _check_chance(tier, submission, standing, confidence, acceptance, share, is_evidence)
        review = _review(tier, chance, submission, draw_key, reasons) if is_audit or not is_accepted else None
        due_in = _due_in(tier, submission, reasons)
        _name_origin(submission, reasons)
        return Routing(
            disposition=Disposition.REVIEW if review else Disposition.AUTO_ACCEPTED,
            tier=tier.name,
            channel=tier.channel,
            quorum=review.quorum if review else tier.quorum,
            due_in=due_in,
            inclusion_probability=share,
            is_audit=is_audit,
            reasons=tuple(reasons),
            calibrated=confidence.calibrated if confidence else None,
            calibrator_version=confidence.calibrator_version if confidence else None,
            threshold=acceptance.threshold,
            certificate_id=acceptance.certificate_id,
            is_novel=is_novel,
            unreadable=unreadable,
            second_opinion_chance=chance if review else None,
            blind_chance=tier.blind if review else None,
            is_blind=bool(review and review.is_blind),
        )

    def audited(self, routing: Routing, submission: Submission, draw_key: bytes) -> Routing:
        """How an accepted prediction is looked at that is drawn for an audit. Raises KeyError as `route`."""
        tier = next(tier for tier, _ in self.routes[submission.task].tiers if tier.name == routing.tier)
        reasons = [*routing.reasons, f"drawn for audit ({_share(routing.inclusion_probability)})"]
        chance = _chance_by_weight(tier, routing.inclusion_probability)
        review = _review(tier, chance, submission, draw_key, reasons)
        return replace(
            routing,
            disposition=Disposition.REVIEW,
            quorum=review.quorum,
            is_audit=True,
            reasons=tuple(reasons),
            second_opinion_chance=chance,
            blind_chance=tier.blind,
            is_blind=review.is_blind,
        )


def _matching(route: _Route, submission: Submission) -> tuple[Tier, str | None, list[str]]:
    """The tier, why its rule could not be judged where it was not, and the reasons for both.

    The first tier that cannot be judged takes the prediction, though a later tier would match: it is the
    riskiest that the prediction may belong to.
    """
    facts = Facts(submission, route.wanted)
    reasons: list[str] = []
    for tier, expression in route.tiers:
        try:
            if expression.matches(facts):
                why = [] if expression.is_always_true else [f"tier {tier.name} applies: {expression.source}"]
                return tier, None, reasons + why
        except InvalidExpression:
            doubt = expression.doubt(facts)
            reasons.append(f"the rule of tier {tier.name} could not be judged: {doubt}")
            if tier.when_unreadable == "review":
                return tier, doubt, reasons
            reasons[-1] += "; passed over, as the policy says"
    return route.tiers[-1][0], None, reasons


def _unjudged(tier: Tier) -> Acceptance:
    # Whatever `accept` says: no confidence makes up for a rule that could not be judged.
    return Acceptance(False, f"tier {tier.name}: reviewed, because its rule could not be judged")


def _is_novel(tier: Tier, submission: Submission, standing: Standing, reasons: list[str]) -> bool:
    """Say that the case is novel, if it is; whether it has to be seen for that."""
    novelty = standing.novelty_of(submission)
    if novelty is None:
        return False
    is_for_review = tier.novel == "review"
    tail = f", and tier {tier.name} has such cases reviewed" if is_for_review else ""
    reasons.append(f"{novelty.reason}{tail}")
    return is_for_review


def _name_origin(submission: Submission, reasons: list[str]) -> None:
    if submission.origin is not Origin.PRODUCTION:
        reasons.append(f"{submission.origin} case: routed as usual, left out of numbers about all traffic")


def _is_drawn(what: str, share: float, submission: Submission, draw_key: bytes) -> bool:
    if not share:
        return False
    # By key, not at random: a retry, or another replica, must draw the same.
    return draw(draw_key, what, submission.task, submission.service, submission.external_id) < share


def _is_audited(share: float, submission: Submission, draw_key: bytes, reasons: list[str]) -> bool:
    is_drawn = _is_drawn("audit", share, submission, draw_key)
    if is_drawn:
        reasons.append(f"drawn for audit ({_share(share)})")
    return is_drawn


def _check_chance(
    tier: Tier,
    submission: Submission,
    standing: Standing,
    confidence: Confidence | None,
    acceptance: Acceptance,
    share: float,
    is_evidence: bool,
) -> float | None:
    """The chance of a second opinion: by its weight, or 1.

    All of the region that is about to be certified get one, while no threshold is in force there.
    """
    if not tier.second_opinions:
        return tier.second_opinions
    region = standing.check_region(submission, tier.name)
    if is_evidence and acceptance.threshold is None and region is not None and confidence is not None:
        held = confidence.raw if region.is_raw else confidence.counts
        if held >= region.threshold:
            return 1.0
    return _chance_by_weight(tier, share)


def _chance_by_weight(tier: Tier, share: float) -> float | None:
    """The tier's chance of a second opinion, for an audit as much more as it stands for more."""
    if not tier.second_opinions or not share:
        return tier.second_opinions
    return min(1.0, tier.second_opinions / share)


def _review(
    tier: Tier, chance: float | None, submission: Submission, draw_key: bytes, reasons: list[str]
) -> _Review:
    """Draw whether a second opinion is asked, and whether the prediction is hidden."""
    quorum, is_blind = tier.quorum, False
    if chance and _is_drawn("second_opinion", chance, submission, draw_key):
        quorum = 2
        reasons.append(f"drawn for a second opinion ({_share(chance)})" if chance < 1 else CHECKED)
    if tier.blind and _is_drawn("blind", tier.blind, submission, draw_key):
        is_blind = True
        reasons.append(f"drawn to be looked at without the prediction ({_share(tier.blind)})")
    return _Review(quorum, is_blind)


def _share(share: float) -> str:
    rate = round(1 / share)
    return f"1 in {rate}" if abs(rate * share - 1) < 1e-6 else f"{share:.3%}".replace(".000%", "%")


def _due_in(tier: Tier, submission: Submission, reasons: list[str]) -> timedelta:
    asked = submission.due_in
    if asked is None or asked == tier.due_in:
        return tier.due_in
    if asked > tier.due_in:
        due_in, longer = format_duration(tier.due_in), format_duration(asked)
        reasons.append(f"due in {due_in}, as tier {tier.name} says: the service would have waited {longer}")
        return tier.due_in
    reasons.append(f"due in {format_duration(asked)}, sooner than tier {tier.name}'s, as the service asked")
    return asked
