"""The private answers: what came of a click, in words for whoever clicked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import TYPE_CHECKING

from bot.slack.blocks import control_ids
from bot.slack.blocks.builders import (
    actions,
    button,
    mrkdwn,
    paragraph,
    plain,
    quotation,
    rich_text,
    run,
    section,
)
from bot.slack.blocks.control_ids import packed
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.screens import block_id
from bot.slack.blocks.text import escape, label_text, moment, single_line
from bot.slack.show.case_words import label_title, people, progress
from bot.slack.show.controls import WITH_REASON, ReplyExcerpt, doubt_controls, question_controls
from bot.slack.show.spoken_text import HIDDEN_WHY
from bot.usecases import members
from bot.usecases.case_terms import task_as_read
from bot.usecases.review.outcome import (
    AlreadyDecided,
    Dismissal,
    InDoubt,
    KeptAnswer,
    MeaningQuestion,
    NotAllowed,
    NothingToUndo,
    Outcome,
    RationaleNeeded,
    RecordedAct,
    RepeatedAct,
    Silence,
    Snooze,
    UndoTooLate,
)
from bot.usecases.review.screen import Screen
from routing.case.case import Case
from routing.case.second_opinion import hides_answers, veiled
from routing.label import ExpertId, Via

if TYPE_CHECKING:
    from bot.usecases.context import Context
    from routing.policy import Policy, Task

NOT_SAVED = "That could not be saved just now, and nothing was recorded. Please press again in a moment."
NOT_OPENED = "The window could not be opened, and nothing was recorded. Please click again."
NOT_SHOWN = "The window could not be opened. Please type the command again."
_ANSWERED_BEFORE = (
    "You answered this before, and nothing was recorded twice. The case's message shows what holds now."
)
_SEALED = "; nobody sees the others before the decision."
_IN_VIEW = (
    ". Everybody can read it in the thread, so whoever answers after you is no longer asked independently: "
    "next time please answer with a button."
)
_ANSWERED = "The case is answered"
_ONLY_YOU = "The channel sees only that it is answered."
_DONE = "Done. The case's message shows what holds now."
NOT_READ = "The cases could not be read just now. Please try again in a moment."
_DOUBTED = (
    "Your answer is {title}. Does it still stand? What you wrote is recorded nowhere so far; "
    "a reason begins with the answer or with “because”."
)
_DELETED = "You deleted the reply that gave your answer {title}. The answer still counts."
HELP = (
    "`/secondlook next` shows the most urgent case you may answer\n"
    "`/secondlook queue` lists all cases that wait where you may answer, soonest due first\n"
    "`/secondlook mine` lists those that wait for your answer, and your own numbers\n"
    "`/secondlook digest` sends you your team's last seven days; of several teams, name one\n"
    "`/secondlook experts` shows a lead how far the experts' answers hold\n"
    "`/secondlook gaps` lists disagreements that show a gap in the guideline, for leads\n"
    "`/secondlook replay` shows what another limit, share of checks or due time would have done\n"
    "`/secondlook help` shows this\n"
    "In a case's thread, a reply such as `fraud: the address does not match` is an answer with its reason. "
    "Slack takes no commands inside threads: type them in a channel, or in a message to me."
)
_DIRECT = (
    "Cases are answered by their buttons or in their own threads; what is written here is recorded nowhere."
)


def say(text: str) -> Message:
    """A private sentence, literally."""
    return Message(escape(label_text(text, 2_900), 2_900), (section(plain(text, 2_900)),))


def help_message() -> Message:
    """What the command can do."""
    return Message(HELP, (section(mrkdwn(HELP)),))


def unknown_message(word: str, meant: str | None) -> Message:
    """That the command does not know the word, the word that may be meant, and what it can do."""
    guess = f" Did you mean “{meant}”?" if meant else ""
    text = f"I do not know “{label_text(word, 60)}”.{guess} This is what I know:"
    return Message(f"{escape(text, 300)}\n{HELP}", (section(plain(text, 300)), *help_message().blocks))


def direct_answer(waiting: Message) -> Message:
    """The answer to a direct message: that it is no answer to a case, what waits, and what can be typed."""
    blocks = (section(plain(_DIRECT, 200)), *waiting.blocks, *help_message().blocks)
    return Message(f"{_DIRECT}\n{waiting.text}\n{HELP}", blocks)


def label_needed(outcome: Outcome) -> str | None:
    """What to say under the rationale's field if the answer needs a reason."""
    needs = isinstance(outcome, RationaleNeeded)
    return "This answer needs a reason: say in a sentence why." if needs else None


@dataclass(frozen=True, slots=True)
class PrivateAnswers:
    """Puts outcomes into words; None where the changed message in the channel says enough."""

    policy: Policy
    names: Mapping[ExpertId, str]
    task: Task | None = None
    """The case's own, with the answers of its opening; None: as the policy has it."""

    @singledispatchmethod
    def answer(self, outcome: Outcome) -> Message | None:
        """The private answer to the person who caused `outcome`."""
        raise TypeError(type(outcome).__name__)

    @answer.register
    def _(self, outcome: RecordedAct) -> Message | None:
        case, label = outcome.case, outcome.label
        if outcome.note:
            return say(outcome.note)
        answers, is_hidden = progress(case), hides_answers(case)
        is_over = case.decision is not None and not case.decision.is_by_time_out
        if label is None or ((answers is None or is_over) and not is_hidden):
            return None
        title = self._title(case, label.label)
        is_in_view = label.via is Via.THREAD
        rest = f"{answers or _ANSWERED}{_IN_VIEW if is_in_view else _SEALED}"
        text = f"Your answer {title} is recorded. {_ONLY_YOU if is_hidden and not is_in_view else rest}"
        undo = button(control_ids.UNDO, "Undo", control_ids.UNDO)
        controls = actions(block_id("mine", Screen(case.case_id, label.screen_version)), undo)
        return Message(escape(text, 1_000), (section(plain(text, 1_000)), controls))

    @answer.register
    def _(self, outcome: AlreadyDecided) -> Message | None:
        decision = outcome.case.decision
        if hides_answers(outcome.case):
            return say(f"This case is answered. {HIDDEN_WHY} Nothing was recorded.")
        if outcome.case.is_waiting:
            return say("Somebody else is asked for a second opinion. Nothing was recorded.")
        if decision is None:
            return say("This case was closed without a decision. Your answer was not recorded.")
        title = self._title(outcome.case, decision.label)
        by = people(decision.decided_by, self.names) or "nobody, when its time ran out"
        when = f"Already decided {moment(decision.decided_at)}"
        rest = (
            f"{title}, by {by}. Your answer was not recorded. "
            "Whoever answered can still correct it in the message's menu."
        )
        rest += " “Object…” there has others decide it anew." if self.policy.contest_for else ""
        blocks = (section(mrkdwn(f"{when}:")), section(plain(rest, 900)))
        return Message(f"{when}: {escape(rest, 900)}", blocks)

    @answer.register
    def _(self, outcome: NotAllowed | Dismissal) -> Message | None:
        return say(outcome.reason)

    @answer.register
    def _(self, outcome: RationaleNeeded) -> Message | None:
        title = self._title(outcome.case, outcome.label)
        typed = f"Reply in the thread like this: {outcome.label}: why you think so."
        how = typed if outcome.case.quorum == 1 else f"Press “{WITH_REASON}” on the case's message."
        return say(f"{title} needs a reason. {how} Nothing was recorded so far.")

    @answer.register
    def _(self, _outcome: RepeatedAct | Silence) -> Message | None:
        return None

    @answer.register
    def _(self, _outcome: UndoTooLate) -> Message | None:
        minutes = int(self.policy.undo_for.total_seconds() // 60)
        return say(
            f"Too late to undo: that is possible for {minutes} minutes. "
            "Use “Correct…” in the message's menu; both answers stay on record."
        )

    @answer.register
    def _(self, _outcome: NothingToUndo) -> Message | None:
        return say("You have no answer here to take back.")

    @answer.register
    def _(self, outcome: Snooze) -> Message | None:
        text = (
            f"Reminders to you and in this case's thread wait until {moment(outcome.until_at)}. "
            "The due time stays, and others are still asked when their time comes."
        )
        return Message(text, (section(mrkdwn(text)),))

    @answer.register
    def _(self, outcome: MeaningQuestion) -> Message | None:
        task = self.task or self.policy.tasks[outcome.case.submission.task]
        predicted = veiled(outcome.case).submission.prediction.label
        screen = Screen(outcome.case.case_id)
        asks = "Is this an answer? Choose the answer it means; what you wrote is kept as the reason."
        place = outcome.reply
        excerpt = ReplyExcerpt(single_line(outcome.note), *((place.ts, place.thread_ts) if place else ()))
        blocks = (
            rich_text(paragraph(run(asks)), *_quoted(outcome.note)),
            question_controls(task, predicted, screen, excerpt),
        )
        text = f"{asks} {escape(label_text(', '.join(task.label_names), 500), 500)}"
        return Message(text, blocks)

    @answer.register
    def _(self, outcome: InDoubt) -> Message | None:
        task = self.task or self.policy.tasks[outcome.case.submission.task]
        title, place = self._title(outcome.case, outcome.label), outcome.reply
        asks = _DELETED if place.is_deleted else _DOUBTED
        ends = "" if outcome.has_undo else " It is too late to take it back, but it can still be changed."
        text = f"{asks.format(title=title)}{ends}"
        screen = Screen(outcome.case.case_id)
        excerpt = ReplyExcerpt(single_line(outcome.note), place.ts, place.thread_ts)
        change = doubt_controls(task, outcome.label, outcome.named, excerpt)
        thread = packed(thread=place.thread_ts)
        undo = [button(control_ids.UNDO, "Take it back" if place.is_deleted else "Undo my answer", thread)]
        keep = button(control_ids.KEEP, f"Keep {label_text(title, 60)}", thread)
        first, last = (undo, change) if place.is_deleted else (change, undo)
        controls = [*first, *last] if outcome.has_undo else change
        blocks = (
            rich_text(paragraph(run(text)), *_quoted(outcome.note)),
            actions(block_id(control_ids.QUESTION, screen), *controls, keep),
        )
        return Message(escape(text, 1_000), blocks)

    @answer.register
    def _(self, outcome: KeptAnswer) -> Message | None:
        title = self._title(outcome.case, outcome.label)
        return say(
            f"Your answer {title} stays. To add a reason, reply here: {outcome.label}: why you think so."
        )

    def _title(self, case: Case, label: str) -> str:
        task = self.task or self.policy.tasks.get(case.submission.task)
        return label_title(task, label) if task else label_text(label, 75)


def _quoted(note: str) -> list[JsonObject]:
    return [quotation(run(label_text(note, 300)))] if note else []


def receipt(ctx: Context, outcome: Outcome) -> Message | None:
    """What takes a private question's place where nothing else is to say; None takes it away."""
    if isinstance(outcome, RepeatedAct):
        return say(_ANSWERED_BEFORE)
    return _recorded(ctx, outcome, _DONE) if isinstance(outcome, RecordedAct) else None


def typed_receipt(ctx: Context, outcome: RecordedAct) -> Message:
    """That a reply was recorded, for a workspace that does not let the bot say so with a reaction."""
    return _recorded(ctx, outcome, "What you wrote is recorded as the reason for your answer.")


def _recorded(ctx: Context, outcome: RecordedAct, otherwise: str) -> Message:
    task = task_as_read(ctx, outcome.case)
    if outcome.label is None or task is None:
        return say(otherwise)
    return say(f"Your answer {label_title(task, outcome.label.label)} is recorded.")


def words(ctx: Context, outcome: Outcome) -> Message | None:
    """The private answer to an outcome, with the names of those who decided."""
    decision = outcome.case.decision if isinstance(outcome, AlreadyDecided) else None
    names = members.names(ctx, decision.decided_by) if decision and decision.decided_by else {}
    task = None if isinstance(outcome, NotAllowed | Dismissal | Silence) else task_as_read(ctx, outcome.case)
    return PrivateAnswers(ctx.policy, names, task).answer(outcome)
