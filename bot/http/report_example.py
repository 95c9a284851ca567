"""The example of a report on the OpenAPI page: a week of a team that watches payments."""

from typing import Any

from bot.http.quality_example import QUALITY

DIGEST: dict[str, Any] = {
    "version": 1,
    "since_at": "2026-11-09T09:00:00Z",
    "until_at": "2026-11-16T09:00:00Z",
    "received": {"now": 4120, "before": 3987},
    "auto_accepted": {"now": 3648, "before": 3560},
    "audited": {"now": 192, "before": 187},
    "reviewed": {"now": 431, "before": 410},
    "decided": {"now": 420, "before": 405},
    "overdue": {"now": 3, "before": 5},
    "median_time": {"now": {"value": "PT12M30S", "n": 420}, "before": {"value": "PT15M", "n": 405}},
    "p90_time": {"now": {"value": "PT2H4M", "n": 420}, "before": {"n": 12, "needed": 20}},
    "concordance": {
        "name": "all",
        "now": {"value": 0.888, "n": 412, "low": 0.854, "high": 0.915},
        "before": {"value": 0.892, "n": 398, "low": 0.858, "high": 0.919},
    },
    "by_tier": [
        {
            "name": "ordinary",
            "now": {"value": 0.888, "n": 412, "low": 0.854, "high": 0.915},
            "before": {"n": 12, "needed": 20},
        }
    ],
    "by_model": [
        {
            "name": "payments 2026-11-02",
            "now": {"value": 0.888, "n": 412, "low": 0.854, "high": 0.915},
            "before": None,
        }
    ],
    "calibration": {
        "n": 412,
        "bins": [
            {
                "low": 0.4,
                "high": 0.6,
                "n": 108,
                "weight": 118.4,
                "mean_confidence": 0.52,
                "accuracy": 0.583,
                "accuracy_low": 0.489,
                "accuracy_high": 0.672,
            }
        ],
        "ece": 0.034,
        "ece_equal_mass": 0.036,
        "ece_if_calibrated": 0.041,
        "brier": 0.091,
        "ece_debiased": 0.021,
        "log_loss": 0.302,
        "miscalibration": 0.006,
        "discrimination": 0.028,
        "uncertainty": 0.113,
    },
    "calibration_before": {"n": 12, "needed": 20},
    "confusions": [{"task": "fraud", "predicted": "fraud", "decided": "legitimate", "n": 31}],
    "without_confidence": 0,
    "came_later": 0,
    "by_scale": [],
    "certainty": {"now": {"mean": 0.972, "n": 118}, "before": None},
    "oldest_open": [
        {
            "case_id": "case_3f0c9a51d27e48b6a9d4c1e07b52f816",
            "task": "fraud",
            "opened_at": "2026-11-16T06:00:00Z",
            "due_at": "2026-11-16T10:00:00Z",
            "tier": "ordinary",
            "channel": "fraud",
        }
    ],
    "quality": QUALITY,
    "headlines": [
        {
            "subject": "proposal:fraud:ordinary:payments:2026-11-02",
            "words": "The limit of fraud (ordinary) may be loosened: with 0.91 instead of 0.93 about 125 "
            "cases a week fewer would be looked at, still at most 1 in 50 wrong, by labels as they are.",
            "deed": "review_threshold",
            "arguments": {"task": "fraud", "tier": "ordinary", "model": "payments", "version": "2026-11-02"},
        },
        {
            "subject": "error:accepted",
            "words": "Of what went through about 1 in 91 was wrong (between 1 in 38 and 1 in 330). You allow "
            "1 in 20.",
            "deed": None,
            "arguments": {},
        },
    ],
    "unreadable": [],
    "corrected": {"now": 46, "before": 43},
}
DIGEST_CSV = (
    "section,name,measure,value,low,high,n,reach,before\r\n"
    "period,,since_at,2026-11-09T09:00:00+00:00,,,,,\r\n"
    "traffic,all,received,4120,,,,,3987\r\n"
    "error of all,all traffic,error,0.031,0.024,0.041,412,this period,\r\n"
    "error of all,all traffic,error,0.031,0.022,0.043,412,the future,\r\n"
)
