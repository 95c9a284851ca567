"""What a prediction's confidence was held against: as services, callbacks and the audit log are told."""

from typing import Any

from routing.case.case import Case
from routing.disposition import Routing

JsonObject = dict[str, Any]


def grounds(routed: Routing | Case) -> JsonObject:
    """The calibrated confidence, its calibrator, the threshold and the certificate that granted it.

    None stands for what there was not.
    """
    return {
        "calibrated_confidence": routed.calibrated,
        "calibrator_version": routed.calibrator_version,
        "threshold": routed.threshold,
        "certificate_id": routed.certificate_id,
    }
