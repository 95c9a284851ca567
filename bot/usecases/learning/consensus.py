"""Fits once a day what experts' answers are worth, per task, where enough has changed since the last time.

A fit of 20,000 answers takes about ten seconds of one core, and no more answers are read.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from bot.usecases.context import Context
from bot.usecases.daily_act import once_a_day
from bot.usecases.separate_acts import act_on_each
from bot.usecases.team_news import entry
from routing.case.weighing import voice_of
from routing.evidence.expert_confusions import RULE_FORM, ConsensusRule
from routing.policy import Task
from storage import audit
from storage.evidence import expert_answers
from storage.evidence.expert_answers import ExpertAnswers
from storage.measured import consensus_rules
from storage.measured.consensus_rules import StoredRule

LOOK_BACK = timedelta(days=365)
MOST_ANSWERS = 20_000
MOST_CELLS = 100_000
"""Numbers in the matrices of a rule: it is read on a click. Who answered least is weighed as the task's."""
LEAST_SHARED = 10
"""Cases with two answers or more, below which experts cannot be told apart: nothing is fitted."""
GROWTH = 0.1
"""So much more or less, of the answers or of what is adjudicated, makes another fit worth it."""
OLDEST = timedelta(days=30)
"""An older rule is fitted anew in any case: of the most answers that are read the number stands still."""
# Fixed: the same answers make the same rule, whichever replica fits it.
SEED = 0


@dataclass(frozen=True, slots=True)
class Material:
    """What a rule is fitted to, under the names that labels have now."""

    labels: tuple[str, ...]
    answers: tuple[tuple[str, str, str], ...]
    voices: dict[str, dict[str, float]]
    settled: dict[str, str]

    @property
    def shared(self) -> int:
        """How many cases were answered by several people."""
        return sum(1 for count in Counter(case for case, _, _ in self.answers).values() if count > 1)

    @property
    def figures(self) -> dict[str, int]:
        """How much it is."""
        return {"answers": len(self.answers), "settled": len(self.settled)}


def fit_due(ctx: Context) -> int:
    """Fit the tasks that were not looked at today; how many rules are new."""
    now = ctx.clock.now()
    tasks = [task for task in ctx.policy.tasks.values() if task.can_be_weighed]
    return sum(act_on_each(partial(_daily, ctx, now), tasks))


def _daily(ctx: Context, now: datetime, task: Task) -> int:
    return once_a_day(ctx, f"consensus:{task.name}", now, partial(_refit, ctx, now, task))


def _refit(ctx: Context, now: datetime, task: Task) -> int:
    """1 if there is a new rule."""
    with ctx.database.read() as tx:
        read = expert_answers.of_task(tx, task.name, now - LOOK_BACK, now, MOST_ANSWERS)
        last = consensus_rules.latest(tx, task.name)
    material = _material(task, read)
    if material.shared < LEAST_SHARED or not _has_changed(material, last, now):
        return 0
    rule = _fitted(material)
    document = {"form": RULE_FORM, "figures": material.figures, "rule": rule.to_json()}
    version = sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:12]
    if last is not None and last.version == version:
        return 0
    sequence = last.sequence + 1 if last else 1
    stored = StoredRule(task.name, sequence, version, task.labels_digest, document, now)
    with ctx.database.write() as tx:
        if not consensus_rules.add(tx, stored):
            return 0
        data = {"version": version, **material.figures, "states_certainty": rule.certainty is not None}
        audit.append_many(tx, [entry(now, "consensus.fitted", task.name, **data)])
    return 1


def _material(task: Task, read: ExpertAnswers) -> Material:
    labels, present = task.label_names, task.present_name
    answers = tuple(
        (case, person, name) for case, person, label in read.answers if (name := present(label)) in labels
    )
    answered = {case for case, _, _ in answers}
    voices = {
        case: voice
        for case, prediction in read.predictions.items()
        if case in answered and (voice := voice_of(prediction, labels, present)) is not None
    }
    settled = {
        case: name
        for case, label in read.adjudicated.items()
        if case in answered and (name := present(label)) in labels
    }
    return Material(labels, answers, voices, settled)


def _has_changed(material: Material, last: StoredRule | None, now: datetime) -> bool:
    if last is None or last.document["form"] != RULE_FORM or now - last.fitted_at >= OLDEST:
        return True
    if set(last.document["rule"]["confusions"]["labels"]) != set(material.labels):
        return True
    before = last.document["figures"]
    return any(
        abs(count - before[name]) >= max(1, GROWTH * before[name]) for name, count in material.figures.items()
    )


def _fitted(material: Material) -> ConsensusRule:
    from routing.measures.seeds import choose_consensus

    rule = choose_consensus(material.answers, material.labels, material.voices, material.settled, SEED)
    most = MOST_CELLS // len(material.labels) ** 2
    busiest = Counter(person for _, person, _ in sorted(material.answers)).most_common(most)
    return rule.only({person for person, _ in busiest})
