"""The example of a report on the OpenAPI page: a week of a team that watches payments."""

from typing import Any

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
    "quality": {
        "errors": [
            {
                "about": "all",
                "name": "all traffic",
                "now": {
                    "name": "all traffic",
                    "received": 4120,
                    "asked": 431,
                    "labeled": 412,
                    "unanswered": 19,
                    "unwatched": 0,
                    "period": {
                        "value": 0.031,
                        "low": 0.024,
                        "high": 0.041,
                        "n": 412,
                        "reach": "this_period",
                        "reach_words": "this period",
                        "level": 0.95,
                    },
                    "future": {
                        "value": 0.031,
                        "low": 0.022,
                        "high": 0.043,
                        "n": 412,
                        "reach": "future",
                        "reach_words": "the future",
                        "level": 0.95,
                    },
                    "naive": {
                        "value": 0.112,
                        "low": 0.084,
                        "high": 0.147,
                        "n": 412,
                        "reach": "reviewed_only",
                        "reach_words": "reviewed cases only",
                        "level": 0.95,
                    },
                    "bounds": {"low": 0.029, "high": 0.038},
                },
                "before": None,
            },
            {
                "about": "accepted",
                "name": "accepted by the model alone",
                "now": {
                    "name": "accepted by the model alone",
                    "received": 3840,
                    "asked": 192,
                    "labeled": 187,
                    "unanswered": 5,
                    "unwatched": 0,
                    "period": {
                        "value": 0.011,
                        "low": 0.004,
                        "high": 0.024,
                        "n": 187,
                        "reach": "this_period",
                        "reach_words": "this period",
                        "level": 0.95,
                    },
                    "future": {
                        "value": 0.011,
                        "low": 0.003,
                        "high": 0.026,
                        "n": 187,
                        "reach": "future",
                        "reach_words": "the future",
                        "level": 0.95,
                    },
                    "naive": None,
                    "bounds": {"low": 0.01, "high": 0.02},
                },
                "before": None,
            },
        ],
        "target": 0.05,
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
                },
                {
                    "low": 0.9,
                    "high": 1.0,
                    "n": 187,
                    "weight": 3740.0,
                    "mean_confidence": 0.981,
                    "accuracy": 0.989,
                    "accuracy_low": 0.962,
                    "accuracy_high": 0.997,
                },
            ],
            "ece": 0.012,
            "ece_equal_mass": 0.014,
            "ece_if_calibrated": 0.021,
            "brier": 0.027,
            "ece_debiased": 0.004,
            "log_loss": 0.118,
            "miscalibration": 0.002,
            "discrimination": 0.011,
            "uncertainty": 0.036,
        },
        "fits": [],
        "thresholds": [
            {
                "task": "fraud",
                "tier": "ordinary",
                "model": {"name": "payments", "version": "2026-11-02"},
                "state": "certified",
                "state_words": "certified",
                "in_force": 0.93,
                "promise": {"error": 0.02, "confidence": 0.95},
                "found": {
                    "threshold": 0.91,
                    "promise": {"error": 0.02, "confidence": 0.95},
                    "method": "census_and_audit",
                    "attempt": 3,
                    "spent": 0.0125,
                    "accepted": 3902,
                    "labels": 603,
                    "errors": 7,
                    "bound": 0.0188,
                    "unanswered": 0,
                    "alike": None,
                },
                "gain": 0.04,
                "why": "",
                "slice": "",
                "received": 3120,
                "rule": "ordinary",
                "truth": "as_one_says",
            }
        ],
        "curve": None,
        "days": [
            {
                "date": "2026-11-09",
                "received": 612,
                "auto_accepted": 571,
                "reviewed": 41,
                "decided": 38,
                "median_time": "PT14M",
            }
        ],
        "alarms": [],
        "slices": [],
        "confusions": [],
        "themes": [],
        "no_themes_because": "Themes are told from 30 reasons on; so far there are 12",
        "contradictions": [],
        "watches": [
            {
                "task": "fraud",
                "tier": "ordinary",
                "model": {"name": "payments", "version": "2026-11-02"},
                "target": 0.05,
                "delta": 0.025,
                "is_above": False,
                "e_value": 1.0,
                "received": 3840,
                "labeled": 187,
                "errors": 2,
                "error": 0.011,
                "rule": "ordinary",
            }
        ],
        "lately": None,
        "truths": [{"task": "fraud", "truth": "as_one_says", "n": 412, "two": 0.12, "adjudicated": 0.03}],
        "agreements": [
            {
                "task": "fraud",
                "report": {
                    "cases": 61,
                    "answers": 122,
                    "experts": 3,
                    "percent": {"value": 0.902, "low": 0.82, "high": 0.967},
                    "fleiss": {"value": 0.79, "low": 0.62, "high": 0.93},
                    "alpha": {"value": 0.792, "low": 0.622, "high": 0.931},
                    "ac1": {"value": 0.815, "low": 0.655, "high": 0.938},
                    "level": 0.95,
                },
                "differences": [{"first": "fraud", "second": "legitimate", "n": 6}],
            }
        ],
        "anchorings": [],
        "asked_again": [{"task": "fraud", "silent": 12, "asked": 12, "answered": 10}],
        "marked": {
            "gaps": 1,
            "both": 0,
            "newest": [
                {
                    "case_id": "case_01JD7Q0000000000000000000A",
                    "task": "fraud",
                    "mark": "guideline_gap",
                    "decided": "legitimate",
                    "begins": "A gift card, bought twice within a minute",
                }
            ],
        },
        "harms": [
            {
                "task": "fraud",
                "label": "fraud",
                "kind": "missed",
                "key": "country",
                "value": "PT",
                "n": 46,
                "rate": 0.13,
                "low": 0.04,
                "high": 0.33,
                "elsewhere": 0.08,
                "adjusted_p_value": 0.62,
            }
        ],
        "confidences": [],
    },
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
