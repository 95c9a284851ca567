"""Who acts in tests, and where: a workspace of the tests' own, and the local Slack's default workspace."""

from routing.label import ExpertId
from routing.slack_channel import ChannelId

TEAM, CHANNEL = "T1", "C0000000001"
CHANNEL_ID = ChannelId("", CHANNEL)
ANN, BEN, CAROL, STRANGER = (ExpertId(TEAM, name) for name in ("U0ANN", "U0BEN", "U0CAROL", "U0STRANGER"))

WORKSPACE = "T0ACMEBANK"
DIGITS, ONCOLOGY, LEADS = "C0DIGITS", "C0ONCOLOGY", "C0LEADS"
DIGITS_ID, LEADS_ID = ChannelId("", DIGITS), ChannelId("", LEADS)
MAYA, JONAS, NADIA, SAM = (ExpertId(WORKSPACE, name) for name in ("U0MAYA", "U0JONAS", "U0NADIA", "U0SAM"))
