"""`uv run …` as the README writes it, without a network: what a person would do is done here.

A person looks at the demo and presses Ctrl+C, and has the tokens of a Slack app: here a local one's, from
variables that begin with README_. The tests are not run within a test.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SECONDLOOK = str(Path(sys.executable).parent / "secondlook")


def run(words: Sequence[str]) -> int:
    """Do it; the exit status. What goes on, such as `serve`, takes this process's place."""
    command, *arguments = words
    if command == "pytest":
        print("The tests are not run within a test.")
        return 0
    if command == "secondlook" and arguments[0] == "init":
        return install(arguments)
    if command == "secondlook" and arguments[0] == "demo" and "--headless" not in arguments:
        return look_at(arguments)
    program = sys.executable if command == "python" else SECONDLOOK
    return os.execv(program, [program, *arguments])  # noqa: S606 - signals have to reach it


def install(arguments: Sequence[str]) -> int:
    """Answer what `init` asks for, and put what only this machine has into the env file."""
    names = {"--bot-token": "BOT_TOKEN", "--app-token": "APP_TOKEN", "--channel": "CHANNEL"}
    answers = [word for option, name in names.items() for word in (option, os.environ[f"README_{name}"])]
    done = subprocess.run([SECONDLOOK, *arguments, *answers], check=False)
    with Path(arguments[1], ".env").open("a", encoding="utf-8") as env_file:
        env_file.write(f"SLACK_API_URL={os.environ['README_API_URL']}\n")
        env_file.write(f"SECONDLOOK_PORT={os.environ['README_PORT']}\n")
    return done.returncode


def look_at(arguments: Sequence[str]) -> int:
    """Press Ctrl+C once the demo has begun."""
    demo = subprocess.Popen([SECONDLOOK, *arguments], stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    has_begun = False
    for line in demo.stdout:
        print(line, end="", flush=True)
        if line.startswith("posted") and not has_begun:
            demo.send_signal(signal.SIGINT)  # once: whoever presses it twice wants no totals
            has_begun = True
    return demo.wait()


if __name__ == "__main__":
    sys.exit(run(sys.argv[2:]))
