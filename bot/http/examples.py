"""The examples of the OpenAPI page: the story of a payment that a model holds for fraud."""

from typing import Any

JsonObject = dict[str, Any]

POSTED_CASE: JsonObject = {
    "external_id": "payment-48213",
    "task": "fraud",
    "input": {
        "text": "Two payments of 499.00 within a minute, to a recipient added today.",
        "fields": {"amount": 499.0, "currency": "EUR", "country": "PT", "first_order": True},
        "link": "https://shop.example/payments/48213",
        "image": {"url": "https://shop.example/payments/48213.png", "alt_text": "Map of the two payments"},
    },
    "prediction": {"label": "fraud", "probabilities": {"fraud": 0.71, "legitimate": 0.29}},
    "model": {"name": "payments", "version": "2026-11-02"},
    "scores": {"account_takeover": 0.83},
    "evidence": [{"title": "Recipient", "text": "Added 4 minutes before the first payment."}],
    "slices": {"country": "PT", "segment": "new"},
    "occurred_at": "2026-11-20T09:30:00Z",
    "due_in": "4h",
}
CASE_ID = "case_3f0c9a51d27e48b6a9d4c1e07b52f816"
LINKS: JsonObject = {"self": f"/v1/cases/{CASE_ID}"}
REVIEWED: JsonObject = {
    "case_id": CASE_ID,
    "external_id": "payment-48213",
    "disposition": "review",
    "tier": "high_value",
    "reasons": [
        "tier high_value applies: prediction.label == 'fraud'",
        "confidence 0.66 (0.71 before calibration) is below 0.93, granted for at most 2 % error with 95 % "
        "confidence (tier high_value)",
    ],
    "inclusion_probability": 1.0,
    "confidence": 0.71,
    "calibrated_confidence": 0.66,
    "calibrator_version": "51d0c7be9a42",
    "threshold": 0.93,
    "certificate_id": "certificate_8c2e04f7b1d94a63a5f0e9d21c7b6348",
    "unreadable": None,
    "due_at": "2026-11-20T13:30:00Z",
    "links": LINKS,
}
AUTO_ACCEPTED: JsonObject = {
    **REVIEWED,
    "disposition": "auto_accepted",
    "tier": "ordinary",
    "reasons": ["confidence 0.99 reaches 0.95 (tier ordinary)"],
    "inclusion_probability": 0.05,
    "confidence": 0.99,
    "calibrated_confidence": None,
    "calibrator_version": None,
    "threshold": 0.95,
    "certificate_id": None,
    "unreadable": None,
    "due_at": None,
}
UNKNOWN_LABEL: JsonObject = {
    "detail": [
        {"loc": ["body", "prediction", "label"], "msg": "the task has no label 'scam'", "type": "label"}
    ]
}
CONFLICT: JsonObject = {
    "detail": [
        {
            "loc": ["body", "external_id"],
            "msg": "this id was posted with another body: not the same is model.version; send a prediction "
            "of its own under an id of its own, such as with the model's version at its end, or the first "
            "body to get its answer again",
            "type": "conflict",
        }
    ]
}
BATCH: JsonObject = {
    "answers": [
        {"status": 202, **REVIEWED},
        {"status": 422, **UNKNOWN_LABEL},
    ]
}
EXPERT = "expert_7f3a91c2b4"
LABEL: JsonObject = {
    "label": "legitimate",
    "answer": "legitimate",
    "expert": EXPERT,
    "labeled_at": "2026-11-20T09:41:12Z",
    "rationale": "The customer called to confirm both payments.",
    "reason_code": None,
    "expert_confidence": "high",
    "is_assigned": False,
    "shown_at": "2026-11-20T09:40:35Z",
    "withdrawn_at": None,
}
DECISION: JsonObject = {
    "decision_id": "decision_5b1f0c9a51d27e48b6a9d4c1e07b52f8",
    "sequence": 1,
    "label": "legitimate",
    "answer": "legitimate",
    "method": "single",
    "is_provisional": False,
    "certainty": 0.97,
    "tier": "high_value",
    "decided_at": "2026-11-20T09:41:12Z",
    "decided_by": [EXPERT],
    "policy_version": "9f2c4be1d07a",
    "labels": [LABEL],
}
CASE_VIEW: JsonObject = {
    **REVIEWED,
    "service": "shop",
    "task": "fraud",
    "origin": "production",
    "kind": "production",
    "status": "decided",
    "predicted_label": "fraud",
    "received_at": "2026-11-20T09:30:01Z",
    "policy_version": "9f2c4be1d07a",
    "decision": DECISION,
    "labels": [LABEL],
    "contests": [],
}
CALLBACK: JsonObject = {
    "version": 2,
    "case_id": CASE_ID,
    "external_id": "payment-48213",
    "service": "shop",
    "task": "fraud",
    "origin": "production",
    "inclusion_probability": 1.0,
    "prediction": {
        "label": "fraud",
        "confidence": 0.71,
        "model": {"name": "payments", "version": "2026-11-02"},
        "calibrated_confidence": 0.66,
        "calibrator_version": "51d0c7be9a42",
        "threshold": 0.93,
        "certificate_id": "certificate_8c2e04f7b1d94a63a5f0e9d21c7b6348",
    },
    "decision": DECISION,
}
FEED: JsonObject = {
    "decisions": [
        {"cursor": 7, "event": "decided", "case_id": CASE_ID, "external_id": "payment-48213", **DECISION}
    ],
    "next": 7,
    "has_more": False,
}
BAD_INPUTS: JsonObject = {
    "bad_inputs": [
        {
            "case_id": CASE_ID,
            "external_id": "payment-48213",
            "task": "fraud",
            "stated_at": "2026-11-20T09:41:12Z",
            "note": "The scan is black.",
        }
    ],
    "next": None,
}
READY: JsonObject = {
    "status": "ready",
    "database": {"is_ok": True, "detail": "answers"},
    "slack": {"is_ok": True, "detail": "connected"},
    "policy": {"is_ok": True, "version": "9f2c4be1d07a", "detail": "active, as the file says"},
    "oldest_undelivered_for": 0.4,
    "channels_to_read": 0,
    "threads_to_read": 0,
    "dead_letters": 0,
    "held_messages": 0,
}
REPORTS: JsonObject = {
    "reports": [
        {
            "key": "digest:risk:2026-11-16",
            "last_day": "2026-11-16",
            "since_at": "2026-11-09T09:00:00Z",
            "until_at": "2026-11-16T09:00:00Z",
            "made_at": "2026-11-16T09:00:21Z",
            "links": {"self": "/v1/reports/risk/2026-11-16"},
        }
    ]
}
