"""What a certificate has to be for to hold now, as the policy and the calibrators in force say it."""

from collections.abc import Mapping

from routing.evidence.grant import GrantTerms
from routing.policy import Policy
from routing.prediction import ModelRef
from storage.measured.certificates import CertificateKey

Versions = Mapping[tuple[str, ModelRef], str]
"""The version of the calibrator in force by task and model."""


def terms_of(policy: Policy, key: CertificateKey, versions: Versions) -> GrantTerms:
    """The terms for a certificate of a task that the policy has; its tier may have left."""
    task = policy.task(key.task)
    tier = next((tier for tier in task.tiers if tier.name == key.tier), None)
    version = versions.get((key.task, key.model))
    if tier is None:
        return GrantTerms(None, (), task.labels_digest, version)
    return GrantTerms(tier.promise, tier.cells, task.labels_digest, version)
