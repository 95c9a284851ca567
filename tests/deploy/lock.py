"""Renews deploy/requirements.lock: `uv run python -m tests.deploy.lock`; and says where it is stale."""

import hashlib
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.places import ROOT

LOCK = ROOT / "deploy" / "requirements.lock"
RENEW = "uv run python -m tests.deploy.lock"
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)
FLAGS = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--quiet",
    "--upgrade",
    "--only-binary",
    ":all:",
]


@dataclass(frozen=True, slots=True)
class Declared:
    """What pyproject.toml asks for: to run, and (the image builds the project offline) to build."""

    requirements: tuple[str, ...]
    python: str

    @property
    def digest(self) -> str:
        """A hash over all of it, independent of order."""
        return hashlib.sha256("\n".join([self.python, *sorted(self.requirements)]).encode()).hexdigest()


def declared(pyproject: str) -> Declared:
    """The requirements of the text of a pyproject.toml."""
    project = tomllib.loads(pyproject)
    requirements = (*project["project"]["dependencies"], *project["build-system"]["requires"])
    return Declared(requirements, project["project"]["requires-python"])


def first_line(wanted: Declared) -> str:
    """The lock's first line, by which it knows what it was made for."""
    return f"# made for sha256:{wanted.digest} of pyproject.toml; renew with: {RENEW}"


def staleness(wanted: Declared, lock: str) -> list[str]:
    """Why `lock` no longer serves pyproject.toml; empty while it does."""
    pins: dict[str, list[str]] = {}
    for found in PIN.finditer(lock):
        pins.setdefault(canonicalize_name(found["name"]), []).append(found["version"])
    is_other = lock.partition("\n")[0] != first_line(wanted)
    reasons = ["it was made for another pyproject.toml"] if is_other else []
    return reasons + list(unserved(wanted.requirements, pins))


def unserved(requirements: Iterable[str], pins: dict[str, list[str]]) -> Iterable[str]:
    """Each requirement that no pin fulfils, with what is pinned."""
    for requirement in map(Requirement, requirements):
        versions = pins.get(canonicalize_name(requirement.name), [])
        if not versions or not all(requirement.specifier.contains(version) for version in versions):
            yield f"{requirement} is not served by {versions or 'anything'}"


def compile_lock(wanted: Declared) -> str:
    """Every package with its hashes, resolved now for all platforms; names no address."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "requirements.in"
        source.write_text("\n".join(wanted.requirements))
        command = ["uv", "pip", "compile", *FLAGS, str(source)]
        resolved = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    return f"{first_line(wanted)}\n{resolved.stdout}"


def main() -> None:
    """Write the lock anew."""
    lock = compile_lock(declared((ROOT / "pyproject.toml").read_text()))
    if "://" in lock:
        sys.exit("the lock would name an address: nothing written")
    LOCK.write_text(lock)
    print(f"{LOCK.relative_to(ROOT)}: {len(PIN.findall(lock))} packages")


if __name__ == "__main__":
    main()
