"""`secondlook send`: sign a case and post it as a service would, and show the same in Python."""

import json
import sys
import time
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import requests

from bot.clock import SystemClock
from bot.commands.options import settings_option
from bot.errors import BotError, SettingsInvalid
from bot.http.service_keys import webhook
from bot.ids import new_id
from bot.policy.policy_file import read_policy
from bot.settings import Settings

SECONDS = 15.0
LONGEST_WAIT = 240
"""In seconds: what was signed then is still taken (the scheme allows five minutes)."""
AGAIN_SECONDS = 0.5
NOT_YET = 503
SNIPPET = """\
import json, os, time, uuid
from datetime import datetime, timezone

import requests                        # pip install requests standardwebhooks
from standardwebhooks import Webhook

case = json.load(open({file!r}))
body = json.dumps(case)
message_id, now = f"msg_{{uuid.uuid4().hex}}", datetime.now(timezone.utc)
signature = Webhook(os.environ[{variable!r}]).sign(message_id, now, body)
answer = requests.post(
    {address!r},
    data=body.encode(),
    headers={{
        "content-type": "application/json",
        "webhook-id": message_id,      # keep it when you send the same thing again
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }},
    timeout=15,
)
answer.raise_for_status()
print(answer.json())
"""


class CaseUnreadable(BotError):
    """The case was not sent."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--url", default=None, help="Where Second Look listens.  [default: as in the settings]")
@click.option("--service", default=None, help="Whose secret of the policy signs.  [default: the only one]")
@click.option("--secret-env", default=None, help="Sign with this variable's secret; no policy is needed.")
@click.option(
    "--wait",
    "patience",
    default=0,
    show_default=True,
    type=click.IntRange(0, LONGEST_WAIT),
    help="Seconds to try again while `secondlook serve` starts.",
)
@click.option("--show", is_flag=True, help="Print the same in Python, and send nothing.")
@settings_option
def send(
    file: Path,
    url: str | None,
    service: str | None,
    secret_env: str | None,
    patience: int,
    *,
    show: bool,
    settings: Settings,
) -> None:
    """Sign the case in FILE (JSON; a list is a batch; - is standard input) and post it.

    Prints the answer; exit status 1 if it was not taken.
    """
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    is_batch = isinstance(_parsed(text, file), list)
    base = (url or f"http://{settings.host}:{settings.port}").rstrip("/")
    address = f"{base}/v1/cases/batch" if is_batch else f"{base}/v1/cases"
    variable = secret_env or _secret_variable(settings, service)
    if show:
        click.echo(SNIPPET.format(file=str(file), variable=variable, address=address))
        return
    now = SystemClock().wall()  # signatures are checked by the wall clock, also where the demo's runs fast
    headers = signed_headers(settings.secrets.get(variable), variable, text, now)
    _report(_answer(address, text, headers, time.monotonic() + patience))


def signed_headers(secret: str, variable: str, body: str, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks for `body`; raises SettingsInvalid for a malformed secret."""
    message_id = new_id("msg")
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": webhook(secret, variable).sign(message_id, now, body),
    }


def _parsed(text: str, file: Path) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise CaseUnreadable(f"{file} is not JSON: {error}.") from error


def _secret_variable(settings: Settings, name: str | None) -> str:
    """The variable whose secret signs what service `name` sends; raises SettingsInvalid."""
    services = read_policy(settings.policy_path, settings.policy_origin).services
    wanted = name or (next(iter(services)) if len(services) == 1 else "")
    names = ", ".join(services) or "none"
    if wanted not in services:
        raise SettingsInvalid(f"Say which service sends, --service NAME; the policy has: {names}.")
    if not services[wanted].secret_env:
        raise SettingsInvalid(f"The service {wanted} has no secret_env in the policy; add one.")
    return services[wanted].secret_env[0]


def _answer(address: str, body: str, headers: dict[str, str], ends_at: float) -> requests.Response:
    """What the bot answers; until `ends_at`, in monotonic seconds, one that is not there yet is asked again.

    Raises CaseUnreadable.
    """
    session = requests.Session()
    # What listens on this machine is behind no proxy, whatever the environment names for other addresses.
    session.trust_env = not _is_here(address)
    while True:
        is_over = time.monotonic() >= ends_at
        try:
            answer = session.post(address, data=body.encode(), headers=headers, timeout=SECONDS)
        except requests.RequestException as error:
            if is_over:
                raise CaseUnreadable(
                    f"{address} does not answer ({type(error).__name__}): "
                    "is `secondlook serve` running there?"
                ) from error
        else:
            if is_over or answer.status_code != NOT_YET:
                return answer
        time.sleep(AGAIN_SECONDS)


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _report(answer: requests.Response) -> None:
    click.echo(f"{answer.status_code} {answer.reason}", err=True)
    click.echo(_pretty(answer))
    if not answer.ok:
        sys.exit(1)


def _pretty(answer: requests.Response) -> str:
    try:
        return json.dumps(answer.json(), indent=2, ensure_ascii=False)
    except ValueError:
        return answer.text[:2000]
