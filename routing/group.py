"""Which predictions share a cause, so that they are wrong together: what promises count."""

import json
from hashlib import blake2b

from routing.prediction import Submission


def group_key(submission: Submission) -> int:
    """Equal for predictions of a task that share a group; a 64-bit number, with its sign.

    The group that the service names. Without one the same input is one: letters by their case and spaces by
    their number do not tell two texts apart, and a picture whose bytes were posted is like no other. Among a
    million predictions two that have nothing in common share a key with a chance of 1 in 40 million.
    """
    shared = ["group", submission.group] if submission.group is not None else ["input", *_input(submission)]
    named = json.dumps([submission.service, submission.task, *shared], sort_keys=True)
    return int.from_bytes(blake2b(named.encode(), digest_size=8).digest(), signed=True)


def _input(submission: Submission) -> tuple[object, ...]:
    case_input, image = submission.input, submission.input.image
    text = " ".join((case_input.text or "").casefold().split())
    picture = (image.url, image.image_id) if image is not None else None
    return text, dict(case_input.fields), case_input.link, picture
