"""Who may post: signatures, bearer keys, and every way to get them wrong."""

import json

import pytest
import requests

from bot.errors import SettingsInvalid
from bot.http.signatures import Services, read_credentials
from bot.settings import Secrets
from routing.policy import load_policy
from tests.http.shop import SECRETS, Caller, case, raw, sign
from tests.patience import PATIENCE
from tests.worlds.policies import SHOP

BODY = json.dumps(case()).encode()
JSON = {"content-type": "application/json"}


def post(caller: Caller, headers: dict[str, str], body: bytes = BODY) -> requests.Response:
    return requests.post(f"{caller.url}/v1/cases", data=body, headers={**JSON, **headers}, timeout=PATIENCE)


def test_each_live_secret_is_taken(quick: Caller) -> None:
    assert post(quick, sign(BODY, SECRETS["SHOP_SECRET"])).status_code == 202
    assert post(quick, sign(BODY, SECRETS["SHOP_SECRET_NEXT"])).status_code == 200


def test_one_of_several_signatures_suffices(quick: Caller) -> None:
    headers = sign(BODY)
    other = sign(BODY, SECRETS["BANK_SECRET"])["webhook-signature"].replace("v1,", "v2,")
    headers["webhook-signature"] = f"{other} v1,AAAA {headers['webhook-signature']}"
    assert post(quick, headers).status_code == 202


def test_a_signature_made_for_another_body_is_refused(quick: Caller) -> None:
    assert post(quick, sign(BODY + b" ")).status_code == 401


@pytest.mark.parametrize("age", [301, -300 - PATIENCE, 10**9])  # what is ahead comes nearer meanwhile
def test_a_signature_outside_five_minutes_is_refused(quick: Caller, age: int) -> None:
    assert post(quick, sign(BODY, age=age)).status_code == 401


def test_an_unknown_secret_is_refused(quick: Caller) -> None:
    assert post(quick, sign(BODY, "whsec_c29tZWJvZHkgZWxzZSBlbnRpcmVseQ==")).status_code == 401


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("webhook-signature", "v1"),
        ("webhook-signature", "v1,"),
        ("webhook-signature", "v1,a"),
        ("webhook-signature", "v1,%%%"),
        ("webhook-signature", "v1,é"),
        ("webhook-signature", "v1,AAAA,BBBB"),
        ("webhook-signature", ","),
        ("webhook-signature", "v1,AAAA " * 400),
        ("webhook-timestamp", ""),
        ("webhook-timestamp", "nan"),
        ("webhook-timestamp", "1e9"),
        ("webhook-timestamp", "-1"),
        ("webhook-timestamp", "9" * 12),
        ("webhook-timestamp", "9" * 400),
        ("webhook-id", ""),
        ("webhook-id", "two words"),
        ("webhook-id", "é"),
        ("webhook-id", "x" * 201),
    ],
)
def test_malformed_headers_are_unauthorized(quick: Caller, header: str, value: str) -> None:
    headers = {name: content.encode("latin-1") for name, content in (sign(BODY) | {header: value}).items()}
    response = requests.post(
        f"{quick.url}/v1/cases", data=BODY, headers={**JSON, **headers}, timeout=PATIENCE
    )
    assert response.status_code == 401
    assert response.json()["detail"][0]["loc"][0] == "header"


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_unauthorized(quick: Caller, missing: str) -> None:
    headers = sign(BODY)
    del headers[missing]
    assert post(quick, headers).status_code == 401


def test_a_signed_body_that_is_not_utf8_is_unauthorized(quick: Caller) -> None:
    assert post(quick, sign("\xff"), b"\xff").status_code == 401


def test_a_bearer_key_of_the_policy_is_taken(quick: Caller) -> None:
    assert post(quick, {"authorization": f"Bearer {SECRETS['SHOP_KEY']}"}).status_code == 202


@pytest.mark.parametrize(
    "value",
    ["Bearer wrong", "Bearer ", "Bearer", "Basic eA==", "", f"Bearer {SECRETS['SHOP_SECRET']}", "Bearer é"],
)
def test_any_other_authorization_is_refused(quick: Caller, value: str) -> None:
    response = requests.post(
        f"{quick.url}/v1/cases",
        data=BODY,
        headers={**JSON, "authorization": value.encode("latin-1")},
        timeout=PATIENCE,
    )
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_bearer_body_that_is_not_utf8_is_malformed(quick: Caller) -> None:
    assert post(quick, {"authorization": f"Bearer {SECRETS['SHOP_KEY']}"}, b"\xff").status_code == 422


def test_an_unsigned_request_is_turned_away_before_its_body_is_sent(quick: Caller) -> None:
    headers = ("host: x", "content-type: application/json", "content-length: 900000")
    head = "\r\n".join(("POST /v1/cases HTTP/1.1", *headers, "", ""))
    assert raw(quick.url, head.encode()).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SHOP_SECRET": ""}, "SHOP_SECRET is not set"),
        ({"SHOP_SECRET": "whsec_%%%"}, "SHOP_SECRET is not base64"),
        ({"SHOP_SECRET": "whsec_"}, "SHOP_SECRET is"),
        ({"SHOP_SECRET": "whsec_c2hvcnQ="}, "SHOP_SECRET is too short"),
        ({"SHOP_KEY": "short"}, "SHOP_KEY is too short"),
        ({"BANK_SECRET": SECRETS["SHOP_SECRET"]}, "the same secret for shop and bank"),
    ],
)
def test_secrets_that_cannot_work_are_refused_at_the_start(change: dict[str, str], message: str) -> None:
    policy = load_policy(SHOP, "policy.toml")
    with pytest.raises(SettingsInvalid, match=message):
        Services(policy, Secrets(SECRETS | change))


def test_no_representation_shows_a_secret() -> None:
    services = Services(load_policy(SHOP, "policy.toml"), Secrets(SECRETS))
    credentials = read_credentials({**sign(BODY), "authorization": "Bearer hush"})
    bearer = read_credentials({"authorization": "Bearer hush"})
    shown = repr(services) + repr(credentials) + repr(bearer)
    assert "hush" not in shown
    assert "v1," not in shown
    assert all(secret not in shown for secret in SECRETS.values())


def test_a_secret_without_its_prefix_or_padding_works(quick: Caller) -> None:
    bare = SECRETS["SHOP_SECRET"].removeprefix("whsec_").rstrip("=")
    assert post(quick, sign(BODY, bare)).status_code == 202
    policy = load_policy(SHOP, "policy.toml")
    services = Services(policy, Secrets(SECRETS | {"SHOP_SECRET": bare}))
    assert services.identify(read_credentials(sign(BODY)), BODY) == "shop"


OTHERS = ("/v1/decisions?after=2", "/v1/decisions", "/v1/decisions?after=1&limit=5", "/v1/cases/case_1")


@pytest.mark.parametrize("other", OTHERS)
def test_a_signature_for_reading_fits_no_other_path_or_query(quick: Caller, other: str) -> None:
    headers = sign("/v1/decisions?after=1")
    asked = [
        requests.get(quick.url + path, headers=headers, timeout=PATIENCE)
        for path in ("/v1/decisions?after=1", other)
    ]
    assert [answer.status_code for answer in asked] == [200, 401]


def test_a_signature_of_nothing_reads_nothing(quick: Caller) -> None:
    answer = requests.get(f"{quick.url}/v1/decisions", headers=sign(b""), timeout=PATIENCE)
    assert answer.status_code == 401


def test_path_and_query_are_signed_as_they_are_sent(quick: Caller) -> None:
    assert quick.get("/v1/cases?external_id=pay%2Fment%20%3F%26%C3%A9").status_code == 404
    assert quick.get("/v1/cases/case%5Fnone").status_code == 404
