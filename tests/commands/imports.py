"""What a command has imported by the time it is done, measured in a process of its own."""

import subprocess
import sys
from collections.abc import Sequence

HEAVY = (
    "numpy",
    "scipy",
    "sklearn",
    "matplotlib",
    "alembic",
    "fastapi",
    "starlette",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "psycopg",
    "uvicorn",
    "apscheduler",
)
PROGRAM = """\
import sys
from click.testing import CliRunner
{before}
from bot.cli import main
result = CliRunner().invoke(main, {arguments!r})
print(result.output, file=sys.stderr)
print(" ".join(name for name in {heavy!r} if name in sys.modules))
sys.exit(result.exit_code)
"""


def heavy_imports(arguments: Sequence[str], before: str = "", status: int = 0) -> set[str]:
    """The heavy packages that `secondlook` with these arguments imports; `before` is run first."""
    program = PROGRAM.format(arguments=list(arguments), before=before, heavy=HEAVY)
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == status, result.stderr
    return set(result.stdout.split())
