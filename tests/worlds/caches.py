"""What hundreds of applications and databases in one process make alike, made once."""

from collections import defaultdict
from typing import Any

import fastapi._compat.v2
import sqlalchemy as sa
from pydantic import ConfigDict, TypeAdapter


class Statements(dict[tuple[Any, ...], Any]):
    """Compiled statements by what they say, whichever engine of the dialect asks.

    An engine keeps those that it has compiled, and each test has engines of its own, for which SQLAlchemy
    would compile every statement again: a tenth of what a test with a database costs.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """The statement; the key's first part is the engine's dialect."""
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


def share() -> None:
    """Let engines of a dialect share compiled statements, and applications what FastAPI makes of types."""
    statements: dict[str, Statements] = defaultdict(Statements)

    def give(engine: sa.Engine, options: dict[str, Any]) -> None:
        options["compiled_cache"] = statements[engine.dialect.name]

    sa.event.listen(sa.Engine, "set_engine_execution_options", give)
    adapters: dict[str, TypeAdapter[Any]] = {}

    def adapter(kind: Any, *, config: ConfigDict | None) -> TypeAdapter[Any]:
        key = f"{kind} {config}"
        if key not in adapters:
            adapters[key] = TypeAdapter(kind, config=config)
        return adapters[key]

    fastapi._compat.v2.TypeAdapter = adapter  # type: ignore[attr-defined, assignment]  # 66 in each application
