"""Says whether a headless demo's report tells of a run that lost and duplicated nothing."""

import json
import sys
from pathlib import Path
from typing import Any

JsonObject = dict[str, Any]
COUNTED = (
    "cases",
    "auto_accepted",
    "audited",
    "reviewed",
    "decided",
    "labels",
    "with_rationale",
    "callbacks_delivered",
    "reminders",
    "escalations",
    "digests",
)


WIDEST = 0.12
ENOUGH = 200
"""So many cases let the digest say it that closely."""


def complaints(report: JsonObject) -> list[str]:
    """What is wrong with the report, one sentence each; none when all is well."""
    checks = {
        f"every count is there and above zero: {COUNTED}": all(report.get(name, 0) > 0 for name in COUNTED),
        "nothing was lost": report["lost"] == 0,
        f"nothing was duplicated: {report['doubled']}": report["duplicated"] == 0,
        "accepted and reviewed make all": report["auto_accepted"] + report["reviewed"] == report["cases"],
        "every reviewed case was decided": report["decided"] == report["reviewed"],
        "every case was posted to Slack": report["slack"]["posted"] >= report["reviewed"],
        "every decision was shown and called back": report["callbacks_delivered"] >= report["decided"],
        "Slack refused nothing": report["slack"]["rejected"] == 0,
        "the digest holds the model's true error": _holds(report),
        "the digest tells it closely": report["cases"] < ENOUGH or _width(report) <= WIDEST,
        "review made it better": report["accuracy"]["after_review"] > report["accuracy"]["model_alone"],
    }
    return [f"not so: {claim}" for claim, is_so in checks.items() if not is_so]


def _holds(report: JsonObject) -> bool:
    error, truth = report["digest"]["error"], 1 - report["accuracy"]["model_alone"]
    return bool(error["low"] <= truth <= error["high"])


def _width(report: JsonObject) -> float:
    error = report["digest"]["error"]
    return float(error["high"] - error["low"])


if __name__ == "__main__":
    problems = complaints(json.loads(Path(sys.argv[1]).read_text()))
    print("\n".join(problems) or "The report is complete: nothing lost, nothing duplicated.")
    sys.exit(bool(problems))
