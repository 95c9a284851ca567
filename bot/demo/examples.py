"""Trains two small models on scikit-learn's own data and gives their held-out predictions."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from bot.demo.script import CAPACITY, HeldOutExample

DIGITS_SHARE = 0.7
DIGITS_TRAINED_ON = 400
TUMORS_TRAINED_ON = 227
PIXELS = 30
FEATURES_SHOWN = 6

Matrix = NDArray[np.float64]


def held_out(count: int, seed: int) -> list[HeldOutExample]:
    """`count` predictions on held-out items of both tasks, mixed; the same for the same seed.

    Raises ValueError when the data sets do not hold that many.
    """
    if count > CAPACITY:
        raise ValueError(f"The demo's data hold {CAPACITY} cases: ask for at most that many.")
    digits_count = round(count * DIGITS_SHARE)
    chosen = _digits(digits_count, seed) + _tumors(count - digits_count, seed)
    return [chosen[i] for i in np.random.default_rng(seed).permutation(len(chosen))]


def _digits(count: int, seed: int) -> list[HeldOutExample]:
    data = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        data.data, data.target, train_size=DIGITS_TRAINED_ON, random_state=seed, stratify=data.target
    )
    model = _fitted(train_x, train_y, seed)
    test_x, test_y = test_x[:count], test_y[:count]
    rows = zip(test_x, test_y, model.predict_proba(test_x), strict=True) if count else ()
    return [_digit(number, *row) for number, row in enumerate(rows)]


def _digit(number: int, pixels: Matrix, truth: int, probabilities: Matrix) -> HeldOutExample:
    by_label = _rounded([str(digit) for digit in range(10)], probabilities)
    return HeldOutExample(
        task="digits",
        external_id=f"scan-{number:04d}",
        question_text="A handwritten digit, scanned at 8 × 8 pixels.",
        label=max(by_label, key=by_label.__getitem__),
        truth=str(truth),
        probabilities=by_label,
        model={"name": "digits-logistic", "version": "2026-11"},
        image=picture(pixels),
    )


def _tumors(count: int, seed: int) -> list[HeldOutExample]:
    data = load_breast_cancer()
    names = [str(name) for name in data.feature_names]
    train_x, test_x, train_y, test_y = train_test_split(
        data.data, data.target, train_size=TUMORS_TRAINED_ON, random_state=seed, stratify=data.target
    )
    model = _fitted(train_x, train_y, seed)
    test_x, test_y = test_x[:count], test_y[:count]
    pulls = _pulls(model, test_x) if count else ()
    rows = zip(test_x, test_y, model.predict_proba(test_x), pulls, strict=True) if count else ()
    return [_tumor(number, names, *row) for number, row in enumerate(rows)]


def _tumor(
    number: int, names: list[str], values: Matrix, truth: int, probabilities: Matrix, pulls: Matrix
) -> HeldOutExample:
    by_label = _rounded(["malignant", "benign"], probabilities)
    strongest = np.argsort(-np.abs(pulls))[:FEATURES_SHOWN]
    return HeldOutExample(
        task="tumor",
        external_id=f"biopsy-{number:04d}",
        question_text="Cell nuclei measured on a fine-needle aspirate of a breast mass.",
        label=max(by_label, key=by_label.__getitem__),
        truth=["malignant", "benign"][int(truth)],
        probabilities=by_label,
        model={"name": "tumor-logistic", "version": "2026-11"},
        fields={names[i]: float(f"{values[i]:.4g}") for i in strongest},
        evidence=tuple(_evidence(names[i], float(pulls[i])) for i in strongest[:3]),
    )


def _evidence(name: str, pull: float) -> dict[str, str]:
    toward = "benign" if pull > 0 else "malignant"
    return {"title": name, "text": f"pulls toward {toward} ({abs(pull):.1f} in log-odds)"}


def _pulls(model: Pipeline, rows: Matrix) -> Matrix:
    """What each feature adds to the log-odds of class 1 (benign); shape as `rows`."""
    scaled: Matrix = model[:-1].transform(rows)
    return np.asarray(scaled * model[-1].coef_[0])


def _fitted(rows: Matrix, targets: NDArray[np.int64], seed: int) -> Pipeline:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000, random_state=seed))
    return model.fit(rows, targets)


def _rounded(labels: Sequence[str], probabilities: Matrix) -> dict[str, float]:
    """Probabilities of four decimals that sum to 1 exactly: the largest takes the rest."""
    rounded = {name: round(float(p), 4) for name, p in zip(labels, probabilities, strict=True)}
    top = max(rounded, key=rounded.__getitem__)
    others = sum(p for name, p in rounded.items() if name != top)
    return {**rounded, top: round(1 - others, 4)}


def picture(pixels: Matrix) -> bytes:
    """The scan as a PNG, dark ink on white with a margin, large enough to look at."""
    ink = (255 - pixels.reshape(8, 8) * (255 / 16)).astype(np.uint8)
    scan = Image.fromarray(ink).resize((8 * PIXELS, 8 * PIXELS), Image.Resampling.BICUBIC)
    output = BytesIO()
    ImageOps.expand(scan, border=PIXELS // 2, fill=255).save(output, format="PNG", optimize=True)
    return output.getvalue()
