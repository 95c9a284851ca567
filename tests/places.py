"""Where tests find what is not code: the checkout, and real data beside it that may be absent."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
