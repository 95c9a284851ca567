"""What holds whatever is in force: what stands for others changes nothing, and no certificate strays."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from routing.cell import EVERYTHING
from routing.evidence.grant import Grant
from routing.prediction import ModelRef
from routing.routing import Disposition
from routing.triage.in_force import GrantKey, Standing
from routing.triage.router import compile_router
from tests.routing.making import KEY, policy, prediction, submission, tier_text
from tests.routing.standings import LABELS_DIGEST, grant, halving, unlike

PROMISE = "{ error = 0.02, confidence = 0.95 }"
PLAIN = compile_router(policy(tiers=tier_text(audit="0.05")))
PROMISED = compile_router(policy(tiers=tier_text(accept_above=PROMISE, audit="0.05")))
HERE: GrantKey = ("returns", "standard", "returns-net", "7", EVERYTHING.key)

shares = st.floats(0, 1)
names = st.sampled_from(("returns", "standard", "returns-net", "7", "8", "other", "", "country=PT"))
keys = st.tuples(names, names, names, names, names)
digests = st.sampled_from((LABELS_DIGEST, "another"))
versions = st.sampled_from((None, "half", "other"))
grants = st.builds(
    grant,
    threshold=shares,
    labels_digest=digests,
    calibrator_version=versions,
    error=st.sampled_from((0.01, 0.02, 0.03)),
    confidence=st.sampled_from((0.9, 0.95, 0.99)),
)


@given(shares, st.text(max_size=20), st.dictionaries(keys, grants, max_size=4))
def test_what_stands_for_other_models_and_tiers_changes_nothing(
    confidence: float, external_id: str, thresholds: dict[GrantKey, Grant]
) -> None:
    sent = submission(external_id=external_id, prediction=prediction(confidence=confidence))
    elsewhere = Standing(
        calibrators={("returns", "returns-net", "8"): halving()},
        thresholds=thresholds,
        novelty={"other": unlike()},
        audits={("returns", "other"): 1.0},
        suspensions=dict.fromkeys(thresholds, "revoked"),
    )
    before = PLAIN.route(sent, KEY)
    assert PLAIN.route(sent, KEY, Standing()) == before
    assert PLAIN.route(sent, KEY, elsewhere) == before
    would_be_accepted = confidence >= 0.9
    assert (before.disposition is Disposition.AUTO_ACCEPTED) == (would_be_accepted and not before.is_audit)
    assert (before.calibrated, before.calibrator_version, before.certificate_id) == (None, None, None)


@given(shares, st.dictionaries(keys, grants, max_size=4), grants, versions)
def test_nothing_passes_but_by_a_certificate_for_this_model_these_labels_and_this_calibrator(
    confidence: float, others: dict[GrantKey, Grant], own: Grant, version: str | None
) -> None:
    thresholds = {**others, HERE: own}
    calibrators = {("returns", "returns-net", "7"): halving(version)} if version else {}
    standing = Standing(calibrators=calibrators, thresholds=thresholds)
    sent = submission(prediction=prediction(confidence=confidence))
    routing = PROMISED.route(sent, KEY, standing)
    passes = routing.inclusion_probability < 1
    holds = (
        own.labels_digest == LABELS_DIGEST
        and own.calibrator_version == version
        and own.promise.error <= 0.02
        and own.promise.confidence >= 0.95
    )
    counts = confidence / 2 if version else confidence
    assert passes == (holds and counts >= own.threshold)


@given(shares, grants, st.sampled_from((("returns-net", "8"), ("other", "7"))))
def test_a_certificate_for_another_model_version_never_lets_anything_pass(
    confidence: float, granted: Grant, model: tuple[str, str]
) -> None:
    standing = Standing(thresholds={HERE: replace(granted, threshold=0.0)})
    said = replace(prediction(confidence=confidence), model=ModelRef(*model))
    routing = PROMISED.route(submission(prediction=said), KEY, standing)
    assert routing.disposition is Disposition.REVIEW
    assert routing.inclusion_probability == 1.0


@given(st.sets(st.sampled_from(("fraud", "honest", "unclear", "lost")), min_size=2), shares)
def test_a_certificate_for_another_label_set_never_lets_anything_pass(
    names: set[str], confidence: float
) -> None:
    labels = "".join(
        f'[[tasks.returns.labels]]\nname = "{name}"\ndescription = "It is."\nexample = "Such."\n'
        for name in sorted(names)
    )
    router = compile_router(policy(labels=labels, tiers=tier_text(accept_above=PROMISE, audit="0.05")))
    standing = Standing(thresholds={HERE: grant(threshold=0.0)})
    routing = router.route(submission(prediction=prediction(confidence=confidence)), KEY, standing)
    assert (routing.inclusion_probability < 1) == (names == {"fraud", "honest", "unclear"})
