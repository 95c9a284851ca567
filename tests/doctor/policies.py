"""A policy for the local Slack, to be bent."""

from bot.sandbox import SandboxConfig
from routing.policy import Policy, load_policy

SERVICES = """
[services.shop]
tasks = ["digits"]
secret_env = ["SHOP_SECRET"]
"""
TASK = """
[channels.digits]
id = "C0DIGITS"

[channels.leads]
id = "C0LEADS"

[tasks.digits]
question = "Which digit is it?"
labels = [
    { name = "0", description = "zero", example = "a ring" },
    { name = "1", description = "one", example = "a stroke" },
]

[[tasks.digits.tiers]]
name = "standard"
channel = "digits"
accept_above = 0.9
audit = 0.1
due_in = "1h"
experts = { user_group = "S0DIGITS", people = ["U0MAYA"] }
adjudicators = ["U0SAM"]
escalation = [{ after = "30m", to = "people", people = ["U0JONAS"] }]

[teams.digits]
channel = "leads"
tasks = ["digits"]
"""
SECRET = "whsec_" + "c2Vjb25kbG9vay10ZXN0LXNlY3JldC0x"


def policy_text(replaced: str = "", by: str = "") -> str:
    """The text, with a part of it replaced; the part has to be there."""
    text = SERVICES + TASK
    assert replaced in text
    return text.replace(replaced, by) if replaced else text


def policy(replaced: str = "", by: str = "") -> Policy:
    """The policy of that text."""
    return load_policy(policy_text(replaced, by), "policy.toml")


def environment(api_url: str) -> dict[str, str]:
    """All that a bot needs for the local Slack, as variables."""
    config = SandboxConfig.default()
    return {
        "SLACK_API_URL": api_url,
        "SLACK_BOT_TOKEN": config.bot_token,
        "SLACK_APP_TOKEN": config.app_token,
        "SECONDLOOK_DRAW_KEY": "0123456789abcdef",
        "SECONDLOOK_AUDIT_KEYS": "2026:a-key-for-the-record",
        "SHOP_SECRET": SECRET,
    }
