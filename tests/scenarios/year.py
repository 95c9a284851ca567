"""A simulated year of a bank: three versions of a model, a new kind of payment, and how often it errs."""

import math
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

JsonObject = dict[str, Any]
POLICY = Path(__file__).with_name("year.toml").read_text(encoding="utf-8")
TASK, TIER, NAME = "payment", "ordinary", "radar"
WEEKS = 52
A_DELIVERY = 50
"""Predictions that come in at once, twice a week."""
OTHERS = {"fraud": "fine", "fine": "fraud"}
ACCOUNT = "transfer rent invoice salary grocery station ticket insurance phone bill monthly order book shop"
WALLET = "wallet top-up token exchange cashback voucher instant qr-code"
SHARE_NEW, WRONG_OF_NEW = 0.45, 0.5


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the model, in use from `first_week` on: how much it is sure of, how much it exaggerates.

    Of payments by wallet it knows nothing unless it `knows_wallets`: it is sure, and wrong in half of them.
    """

    name: str
    first_week: int
    share_sure: float
    exaggeration: float
    knows_wallets: bool = False


@dataclass(frozen=True, slots=True)
class Year:
    """What happens from which week on, counted from 0."""

    versions: tuple[Version, ...]
    wallets_from: int
    seed: int

    def version_in(self, week: int) -> Version:
        """The version that predicts in a week."""
        return max((one for one in self.versions if one.first_week <= week), key=lambda one: one.first_week)


REPLACED, DRIFTS, RECOVERS = 15, 28, 34
YEAR = Year(
    versions=(
        Version("1.0", 0, share_sure=0.75, exaggeration=1.3),
        Version("2.0", REPLACED, share_sure=0.8, exaggeration=1.2),
        Version("3.0", RECOVERS, share_sure=0.8, exaggeration=1.2, knows_wallets=True),
    ),
    wallets_from=DRIFTS,
    seed=3,
)


@dataclass(frozen=True, slots=True)
class Foretold:
    """A prediction with what only the simulation knows: the truth, and how likely an error was."""

    external_id: str
    week: int
    version: str
    label: str
    truth: str
    confidence: float
    chance_of_error: float
    is_by_wallet: bool
    text: str

    @property
    def is_wrong(self) -> bool:
        """Whether the model erred."""
        return self.label != self.truth

    def body(self) -> JsonObject:
        """The prediction as the shop posts it."""
        return {
            "task": TASK,
            "external_id": self.external_id,
            "input": {"text": self.text},
            "prediction": {"label": self.label, "confidence": self.confidence},
            "model": {"name": NAME, "version": self.version},
            "slices": {"paid_by": "wallet" if self.is_by_wallet else "account"},
        }


def delivery(year: Year, week: int, number: int) -> list[Foretold]:
    """What comes in at once: delivery `number` of a week; the same whenever it is asked for."""
    rng = Random(f"{year.seed}:{week}:{number}")
    return [_foretold(rng, year, week, f"week-{week:02}-{number}-{place:02}") for place in range(A_DELIVERY)]


def _foretold(rng: Random, year: Year, week: int, external_id: str) -> Foretold:
    version = year.version_in(week)
    is_by_wallet = week >= year.wallets_from and rng.random() < SHARE_NEW
    is_blind = is_by_wallet and not version.knows_wallets
    is_sure = is_blind or rng.random() < version.share_sure
    chance = rng.uniform(0.97, 0.999) if is_sure else rng.uniform(0.55, 0.93)
    chance_of_error = WRONG_OF_NEW if is_blind else 1 - chance
    label = rng.choice(("fraud", "fine"))
    truth = OTHERS[label] if rng.random() < chance_of_error else label
    words = rng.choices((WALLET if is_by_wallet else ACCOUNT).split(), k=6)
    return Foretold(
        external_id=external_id,
        week=week,
        version=version.name,
        label=label,
        truth=truth,
        confidence=round(_exaggerated(chance, version.exaggeration), 6),
        chance_of_error=chance_of_error,
        is_by_wallet=is_by_wallet,
        text=" ".join(words),
    )


def _exaggerated(chance: float, by: float) -> float:
    """The probability with its log odds taken times `by`."""
    return 1 / (1 + math.exp(-by * math.log(chance / (1 - chance))))
