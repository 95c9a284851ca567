"""Reads the image's Dockerfile: its instructions, one by one."""

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from tests.places import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"


@dataclass(frozen=True, slots=True)
class Instruction:
    """Such as RUN with its text, lines joined."""

    name: str
    text: str


def instructions(text: str) -> list[Instruction]:
    """The instructions in order, without comments."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    parts = (line.split(maxsplit=1) for line in joined)
    return [Instruction(name, " ".join(rest.split())) for name, rest in parts]


def of_image() -> list[Instruction]:
    """The instructions of the image."""
    return instructions(DOCKERFILE.read_text())


def sources(steps: list[Instruction]) -> list[str]:
    """What is copied from the build context."""
    copies = [step.text.split() for step in steps if step.name == "COPY" and "--from=" not in step.text]
    return [source for words in copies for source in words[:-1]]


def is_sent(path: str, ignored: str) -> bool:
    """Whether .dockerignore lets a path into the build context: the last line that fits decides."""
    verdict = True
    for line in filter(None, ignored.splitlines()):
        pattern = line.removeprefix("!")
        fits = any(fnmatch(part, pattern.removeprefix("**/")) for part in _ways(path, pattern))
        verdict = line.startswith("!") if fits else verdict
    return verdict


def _ways(path: str, pattern: str) -> list[str]:
    parents = [str(Path(*Path(path).parts[:depth])) for depth in range(1, len(Path(path).parts) + 1)]
    return [Path(parent).name for parent in parents] if pattern.startswith("**/") else parents
