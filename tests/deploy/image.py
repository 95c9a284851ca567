"""Rehearses the image without Docker: `uv run python -m tests.deploy.image` (needs a package index)."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.deploy.dockerfile import of_image, sources
from tests.places import ROOT

HOME = "/opt/secondlook"
FIRST_USE = (
    "secondlook --version && secondlook init team --no-ask && secondlook policy check team/policy.toml"
    " && secondlook database upgrade --env-file team/.env && secondlook database status --env-file team/.env"
)


def rehearse(folder: Path) -> str:
    """Copy what the image copies, run what it runs to install, and return what the command then says."""
    source, home = folder / "src", folder / "home"
    source.mkdir()
    steps = of_image()
    for name in sources(steps):
        _copy(ROOT / name, source / name)
    for step in steps:
        if step.name == "RUN" and "useradd" not in step.text:
            run(step.text, source, home)
    return run(FIRST_USE, source, home)


def run(command: str, source: Path, home: Path) -> str:
    """A RUN line, with the image's home directory elsewhere."""
    path = f"{home}/bin:{Path(sys.executable).parent}:/usr/bin:/bin"
    line = f"export PATH={path}; {command.replace(HOME, str(home))}"
    done = subprocess.run(["sh", "-ec", line], cwd=source, check=True, text=True, stdout=subprocess.PIPE)
    return done.stdout


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(rehearse(Path(name)))
