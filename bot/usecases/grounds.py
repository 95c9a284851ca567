"""What a prediction's confidence was held against: as services, callbacks and the audit log have it."""

from typing import Any

from routing.routing import Routing

JsonObject = dict[str, Any]


def grounds(routing: Routing) -> JsonObject:
    """The calibrated confidence, its calibrator, the threshold and the certificate that granted it.

    None stands for what there was not.
    """
    return {
        "calibrated_confidence": routing.calibrated,
        "calibrator_version": routing.calibrator_version,
        "threshold": routing.threshold,
        "certificate_id": routing.certificate_id,
    }
