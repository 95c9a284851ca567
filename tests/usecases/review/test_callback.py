"""What a callback tells of the prediction that was decided."""

from bot.usecases.review.callback import callback_data
from tests.routing.making import case, decision


def test_a_callback_tells_what_the_confidence_was_held_against() -> None:
    granted = case(
        calibrated=0.48, calibrator_version="51d0c7be9a42", threshold=0.93, certificate_id="certificate_1"
    )
    assert callback_data(granted, decision("fraud"))["prediction"] == {
        "label": "honest",
        "confidence": 0.62,
        "model": {"name": "returns-net", "version": "7"},
        "calibrated_confidence": 0.48,
        "calibrator_version": "51d0c7be9a42",
        "threshold": 0.93,
        "certificate_id": "certificate_1",
    }


def test_a_callback_about_an_uncalibrated_prediction_says_null() -> None:
    told = callback_data(case(threshold=0.9), decision("fraud"))["prediction"]
    assert (told["calibrated_confidence"], told["threshold"], told["certificate_id"]) == (None, 0.9, None)
