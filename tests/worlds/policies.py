"""Policies that tests of several parts share, as text: a test changes a part of it and loads it."""

DESK = """
[services.shop]
tasks = ["fraud", "team", "topic"]
secret_env = ["SECONDLOOK_SECRET_SHOP"]
callback_url = "https://shop.example.com/callback"

[channels.fraud]
id = "C0000000001"
[channels.seniors]
id = "C0000000002"

[tasks.fraud]
question = "Is this payment fraud?"
rationale = "on_override"
reason_codes = ["address", "amount"]
labels = [
  {name = "fraud", description = "somebody else's money", example = "a stolen card", title = "Fraud"},
  {name = "legit", description = "an honest payment", example = "groceries", title = "Legit"},
]
[[tasks.fraud.tiers]]
name = "high"
channel = "fraud"
accept_above = "always_review"
due_in = "4h"
escalation = [{after = "1h", to = "people", people = ["U0CAROL"]}]

[tasks.team]
question = "Which team?"
labels = [
  {name = "sales", description = "wants to buy", example = "a quote"},
  {name = "help", description = "needs help", example = "it is broken"},
  {name = "other", description = "anything else", example = "hello"},
]
[[tasks.team.tiers]]
name = "pair"
channel = "fraud"
accept_above = "always_review"
due_in = "4h"
quorum = 2
adjudicators = ["U0CAROL"]

[tasks.topic]
question = "What is it about?"
labels = [
  {name = "a", description = "first", example = "1"},
  {name = "b", description = "second", example = "2"},
  {name = "c", description = "third", example = "3"},
  {name = "d", description = "fourth", example = "4"},
]
[[tasks.topic.tiers]]
name = "all"
channel = "fraud"
accept_above = "always_review"
due_in = "4h"
"""
"""Three tasks in one channel: two labels with a reason, three with a quorum, four with neither."""

PAYOUTS = """
[teams.leads]
channel = "seniors"
tasks = ["fraud", "payout"]
[teams.others]
channel = "fraud"
tasks = ["topic"]

[tasks.payout]
question = "Is this payout fine?"
labels = [
  {name = "fine", description = "pay", example = "1"},
  {name = "odd", description = "do not pay", example = "2"},
]
[[tasks.payout.tiers]]
name = "kept"
when = "input.has_image"
channel = "fraud"
accept_above = { error = 0.02, confidence = 0.95 }
audit = 0.05
due_in = "4h"
[[tasks.payout.tiers]]
name = "standard"
channel = "fraud"
accept_above = 0.95
audit = 0.05
due_in = "4h"
"""
"""To follow DESK, whose service may then post payouts, too: two teams, and a task that accepts."""

PROMISED = """
[services.shop]
tasks = ["fraud"]
secret_env = ["SECONDLOOK_SECRET_SHOP"]

[channels.fraud]
id = "C0000000001"
[channels.leads]
id = "C0000000002"

[teams.risk]
channel = "leads"
tasks = ["fraud"]

[tasks.fraud]
question = "Is this payment fraud?"
labels = [
  {name = "fraud", description = "somebody else's money", example = "a stolen card"},
  {name = "legit", description = "an honest payment", example = "groceries"},
]
[[tasks.fraud.tiers]]
name = "ordinary"
channel = "fraud"
accept_above = { error = 0.05, confidence = 0.9 }
audit = 0.5
due_in = "4h"
"""
"""One tier that promises its error instead of naming a threshold."""

EXAMPLES = """
[services.shop]
tasks = ["fraud"]
secret_env = ["SHOP_SECRET"]

[channels.reviews]
id = "C0REVIEWS"

[teams.leads]
channel = "reviews"
tasks = ["fraud"]
target_error = 0.05

[tasks.fraud]
question = "Is this order fraudulent?"
labels = [
    { name = "fraud", description = "a stolen card", example = "three cards in an hour" },
    { name = "ok", description = "an honest order", example = "an old customer" },
]

[[tasks.fraud.tiers]]
name = "low"
channel = "reviews"
accept_above = "always_review"
due_in = "4h"
"""
"""The policy of the predictions in `tests/storage/examples.py`."""

ORDERS = """
allow_private_callbacks = true

[services.shop]
tasks = ["fraud", "tumor"]
secret_env = ["SHOP_SECRET", "SHOP_OLD_SECRET"]
callback_url = "http://127.0.0.1:1/callback"

[channels.fraud]
id = "C0DIGITS"
[channels.oncology]
id = "C0ONCOLOGY"
[channels.leads]
id = "C0LEADS"

[teams.leads]
channel = "leads"
timezone = "Europe/Berlin"
tasks = ["fraud", "tumor"]

[tasks.fraud]
question = "Is this order fraud?"
labels = [
    { name = "fraud", description = "stop it", example = "two cards, one address" },
    { name = "fine", description = "let it pass", example = "a known customer" },
]
[[tasks.fraud.tiers]]
name = "standard"
channel = "fraud"
accept_above = 0.9
due_in = "4h"
escalation = [
    { after = "1h", to = "thread" },
    { after = "2h", to = "people", people = ["U0SAM"] },
    { after = "3h", to = "channel", channel = "leads" },
]

[tasks.tumor]
question = "Is it malignant?"
labels = [
    { name = "malignant", description = "cancer", example = "large nuclei" },
    { name = "benign", description = "no cancer", example = "small nuclei" },
]
[[tasks.tumor.tiers]]
name = "missed"
channel = "oncology"
accept_above = "always_review"
due_in = "1h"
adjudicators = ["U0NADIA"]
on_expiry = "accept_prediction"
expires_in = "1d"
escalation = [{ after = "30m", to = "people", people = ["U0NADIA", "U0SAM"] }]
"""
"""Tasks in two channels of the local Slack's workspace, with escalation, expiry and a callback."""

SHOP = """
[services.shop]
tasks = ["fraud"]
secret_env = ["SHOP_SECRET", "SHOP_SECRET_NEXT"]
bearer_env = ["SHOP_KEY"]
rate_per_minute = 100000

[services.bank]
tasks = ["fraud", "loan"]
secret_env = ["BANK_SECRET"]
rate_per_minute = 100000

[channels.fraud]
id = "C0FRAUD"

[tasks.fraud]
question = "Is this payment fraud?"
labels = [
    { name = "fraud", description = "somebody else pays", example = "a stolen card" },
    { name = "legitimate", description = "the customer pays", example = "a usual order" },
]

[[tasks.fraud.tiers]]
name = "large"
when = "has(input.fields.amount) && input.fields.amount > 1000.0"
channel = "fraud"
accept_above = "always_review"
due_in = "1h"

[[tasks.fraud.tiers]]
name = "ordinary"
channel = "fraud"
accept_above = 0.9
audit = 0.0
due_in = "4h"

[tasks.loan]
question = "Should this loan be given?"
labels = [
    { name = "yes", description = "give it", example = "a steady income" },
    { name = "no", description = "do not", example = "no income" },
]

[[tasks.loan.tiers]]
name = "every"
channel = "fraud"
accept_above = "always_review"
due_in = "1d"
"""
"""Two services that post over HTTP; nothing is audited."""
