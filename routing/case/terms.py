"""What holds for a case whose policy has changed since: the answers of its opening, the people of now.

Question, labels and reason codes are those under which the case was opened; people, hours and escalation are
those of the policy in force or, of a tier or task that has left it, as they were last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.case.case import Case
from routing.policy import LabelSpec, Policy, Task, Tier
from routing.questions.question_list import MOST_LABELS, Inquiry
from routing.slack_channel import ChannelId, ChannelName

RULE = ("when", "because", "accept_above", "certainty", "answers_at_most", "gold", "planted")
"""What of a tier says which cases it takes and why, how sure decisions have to be, and what is put in."""
NO_CHANNELS: Mapping[ChannelName, ChannelId] = {}


@dataclass(frozen=True, slots=True)
class Terms:
    """The task and the tier of a case, and where its channels are.

    `past_channels` are the Slack ids, as they were last, of names that the policy in force does not have.
    """

    policy: Policy
    task: Task
    tier: Tier
    past_channels: Mapping[ChannelName, ChannelId] = field(default_factory=dict)

    def channel_id(self, name: ChannelName) -> ChannelId | None:
        """The Slack id of a channel by its name; None for a name that no policy had."""
        channel = self.policy.channels.get(name)
        return channel.id if channel else self.past_channels.get(name)

    def home_id(self, channel: ChannelName) -> ChannelId:
        """The Slack channel of a case in `channel`; its tier's if no policy that is kept had that channel."""
        home = self.channel_id(channel) or self.channel_id(self.tier.channel)
        return home or next(iter(self.policy.channels.values())).id

    def channel_names(self, channel: ChannelName) -> frozenset[ChannelName]:
        """The names of all channels that a case in `channel` may have to do with."""
        escalated = (step.channel for step in self.tier.escalation if step.channel)
        return frozenset((channel, self.tier.channel, *escalated))


def task_of_opening(case: Case, present: Task, opening: Task | None) -> Task:
    """`present` with the answers of the task under which the case was opened.

    Where that is not kept, with the labels the case carries besides: its message offers them.
    """
    if opening is present:
        return present
    if opening is None:
        carried = _with_carried(case, present) if present.labels else ()
        return present if carried == present.labels else _with(present, labels=carried)
    answers = {
        name: getattr(opening, name) for name in ("question", "kind", "reason_codes", *Inquiry.model_fields)
    }
    return _with(present, **answers | {"labels": _by_both_names(opening.labels, present)})


def tier_of_opening(case: Case, task: Task, present: Tier, opening: Task | None) -> Tier:
    """`present` with the rule of the opening, by which the case was taken.

    It decides by a time-out only for a label that `task`, the case's, has.
    """
    named = opening.named_tier(case.tier) if opening else None
    first = named.safe_label if named else None
    labels = (task.label(name) for name in (first, present.safe_label) if name)
    of_opening: dict[str, object] = {"safe_label": next((label.name for label in labels if label), None)}
    if named is not None:
        of_opening |= {name: getattr(named, name) for name in RULE}
    is_same = all(getattr(present, name) == value for name, value in of_opening.items())
    return present if is_same else present.model_copy(update=of_opening)


def _with(task: Task, **changes: object) -> Task:
    """Not by a copy: that would keep what was derived from the old labels."""
    fields = {name: getattr(task, name) for name in Task.model_fields}
    return Task.model_construct(**{**fields, **changes})


def _by_both_names(labels: tuple[LabelSpec, ...], present: Task) -> tuple[LabelSpec, ...]:
    """The labels of an opening, which may be typed as they are called now, too."""
    if not present.earlier_names:
        return labels
    return tuple(_as_carried(label, label.name, present.label(label.name)) for label in labels)


def _as_carried(shown: LabelSpec, name: str, now: LabelSpec | None) -> LabelSpec:
    """`shown` under the `name` that a case has it by, and understood as it is called now."""
    if now is None or now.name == name:
        return shown
    names = dict.fromkeys((*shown.was, now.name, now.shown))
    return shown.model_copy(update={"name": name, "title": shown.shown, "was": tuple(names)})


def _with_carried(case: Case, task: Task) -> tuple[LabelSpec, ...]:
    prediction = case.submission.prediction
    answers = [label.label for label in case.labels]
    carried = dict.fromkeys((prediction.label, *(prediction.probabilities or {}), *answers))
    # A case that has the old name keeps it: under the new one a right answer would count as an error.
    names = {now: name for name in carried if (now := task.present_name(name)) not in carried}
    lost = [_unknown(name) for name in carried if name not in (*task.label_names, *names.values())]
    labels = [_as_carried(label, names.get(label.name, label.name), label) for label in task.labels]
    spare = [label.name for label in labels if label.name not in carried]
    excess = max(0, len(labels) + len(lost) - MOST_LABELS)
    dropped = spare[max(0, len(spare) - excess) :]
    return (*(label for label in labels if label.name not in dropped), *lost)


def _unknown(name: str) -> LabelSpec:
    # Not validated: a policy may not leave the description empty.
    return LabelSpec.model_construct(name=name, description="")
