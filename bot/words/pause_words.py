"""What leads and experts read of a pause: kindly, with what it rests on and how to object."""

from dataclasses import dataclass

from bot.words.numbers import counted
from routing.case.pause import Pause
from routing.evidence.estimate import between

_CAUSE = "It may well be the guideline and not the person: talk to them first."
_MEANS = "While a pause lasts they are not asked and do not answer these cases; what they answered stays."


@dataclass(frozen=True, slots=True)
class PauseWords:
    """The sentences about a pause; `name` is the person's, `bar` what the policy expects (0 to 1)."""

    pause: Pause
    name: str
    question: str
    bar: float | None

    def proposed(self) -> tuple[str, str]:
        """To leads: the sentence, and why."""
        first = f"Perhaps {self.name} should rest for a while from “{self.question}”"
        return first, f"{self._why('they were')} {_CAUSE} {_MEANS}"

    def begun(self, by: str) -> tuple[str, str]:
        """To leads: that it has begun, `by` whom, empty where the policy says so."""
        who = f"{by} paused {self.name}" if by else f"As the policy says, {self.name} is paused"
        return f"{who} for now from “{self.question}”", f"{self._why('they were')} {_CAUSE} {_MEANS}"

    def ended(self, by: str) -> tuple[str, str]:
        """To leads: that it is over."""
        return f"{by} ended the pause of {self.name} from “{self.question}”", "They are asked again."

    def protested(self) -> tuple[str, str]:
        """To leads: that the person sees it otherwise."""
        first = f"{self.name} asks you to look again at their pause from “{self.question}”"
        return first, "Please talk to them; the button ends the pause."

    def to_person(self) -> tuple[str, str]:
        """To the person: that they have a pause, why, and how to object."""
        first = f"You have a pause from “{self.question}”"
        return first, (
            "Thank you for your answers: they stay as they are. For now you are not asked about these cases, "
            f"and cannot answer them. {self._why('you were')} That may well be the guideline and not you. "
            "If you see it otherwise, press the button, and your leads are asked to look again."
        )

    def back(self) -> tuple[str, str]:
        """To the person: that it is over."""
        return (
            f"Your pause from “{self.question}” is over",
            "You are asked again. Thank you for your patience.",
        )

    def _why(self, who: str) -> str:
        pause = self.pause
        wanted = "" if self.bar is None else f"; the policy hopes for {self.bar:.0%}"
        subject = "you" if who.startswith("you") else "they"
        return (
            f"Of {counted(pause.n, 'case')} that {subject} were asked about by name and others settled, too, "
            f"{who} right in {pause.right} ({between(pause.low, pause.high, 0)}){wanted}."
        )
