"""Whether the channels, user groups and people that the policy names are there, and the bot among them."""

from slack_sdk import WebClient

from bot.doctor.finding import CheckFinding, CheckStatus, fail, ok, warn
from bot.slack.api.failures import SlackFailure, SlackPermanent
from bot.slack.api.user_info import UserInfo
from bot.slack.api.web_calls import call
from bot.slack.api.web_gateway import WebClientGateway
from bot.words.limit_words import place_words
from routing.policy import Policy, Tier
from routing.slack_channel import ChannelId

INVITE = "Type /invite @Second Look in the channel."


def check_channels(client: WebClient, policy: Policy) -> tuple[CheckFinding, ...]:
    """Every channel of the policy: it exists, is in use, and the bot is a member."""
    return tuple(_channel(client, name, channel.id) for name, channel in policy.channels.items())


def check_groups(client: WebClient, policy: Policy) -> tuple[CheckFinding, ...]:
    """Every user group of the policy: it exists and is not empty."""
    groups = {tier.experts.user_group for tier in tiers(policy) if tier.experts.user_group}
    return tuple(_group(client, group) for group in sorted(groups))


def check_quorums(client: WebClient, policy: Policy) -> tuple[CheckFinding, ...]:
    """Each tier whose experts, as Slack has them now, are fewer than the answers that it needs."""
    gateway = WebClientGateway(client)
    try:
        own = call("auth.test", client.auth_test).get("user_id")
        return tuple(
            _quorum(task.name, tier, count)
            for task in policy.tasks.values()
            for tier in task.tiers
            if (count := len(_experts(gateway, policy, tier) - {own})) < (tier.answers_at_most or tier.quorum)
        )
    except SlackFailure:
        return ()  # the checks of channels and groups say what Slack refuses


def _experts(gateway: WebClientGateway, policy: Policy, tier: Tier) -> frozenset[str]:
    experts = tier.experts
    channel = gateway.members(policy.channel_id(tier.channel)) if experts.channel_members else frozenset()
    group = gateway.group_members(experts.user_group) if experts.user_group else frozenset()
    return tier.people.union(channel, group)


def _quorum(task: str, tier: Tier, count: int) -> CheckFinding:
    people = "1 person" if count == 1 else f"{count or 'no'} people"
    name, mend = (
        f"answers {place_words(task, tier.name)}",
        "Add people in Slack or to the policy, or lower it.",
    )
    if count >= tier.quorum:
        most = tier.answers_at_most
        what = f"Up to {most} answers are asked, and {people} may answer: some cases would wait for ever."
        return warn(name, what, mend)
    what = f"A case needs {tier.quorum} answers, and {people} may answer: none would ever be decided."
    return fail(name, what, mend)


def check_people(client: WebClient, policy: Policy) -> tuple[CheckFinding, ...]:
    """The people of the policy are there and active: a finding for all, or for each who is not."""
    people = sorted({person for tier in tiers(policy) for person in tier.people})
    findings = [_person(client, person) for person in people]
    wrong = tuple(finding for finding in findings if finding.status is not CheckStatus.OK)
    if people and not wrong:
        return (ok("people", f"all {len(people)} whom the policy names are active"),)
    return wrong


def tiers(policy: Policy) -> tuple[Tier, ...]:
    """The tiers of all tasks."""
    return tuple(tier for task in policy.tasks.values() for tier in task.tiers)


def _channel(client: WebClient, key: str, channel_id: ChannelId) -> CheckFinding:
    name = f"channel {key}"
    try:
        channel = call("conversations.info", client.conversations_info, channel=channel_id)["channel"]
    except SlackFailure as failure:
        return _refused(name, str(channel_id), failure)
    title = f"#{channel.get('name', channel_id)}"
    if channel.get("is_archived"):
        return fail(name, f"{title} is archived.", "Unarchive it, or name another one in the policy.")
    if not channel.get("is_member"):
        return fail(name, f"The bot is not in {title}.", INVITE)
    return ok(name, f"{title}, the bot is in it")


def _group(client: WebClient, group_id: str) -> CheckFinding:
    name = f"user group {group_id}"
    try:
        members = WebClientGateway(client).group_members(group_id)
    except SlackFailure as failure:
        return _refused(name, group_id, failure)
    if not members:
        return warn(name, "It has no members: nobody may answer by it.", "Add people to it in Slack.")
    return ok(name, f"{len(members)} members")


def _person(client: WebClient, user_id: str) -> CheckFinding:
    name = f"person {user_id}"
    try:
        info = WebClientGateway(client).user_info(user_id)
    except SlackFailure as failure:
        return _refused(name, user_id, failure)
    if not info.is_active:
        return warn(name, f"{info.name} is deactivated.", "Name somebody else in the policy.")
    if info.is_bot:
        return _bot(client, name, info)
    return ok(name, f"{info.name} is active")


def _bot(client: WebClient, name: str, info: UserInfo) -> CheckFinding:
    """A bot that the policy names may answer; that we answer ourselves is surely a mistake."""
    try:
        is_own = call("auth.test", client.auth_test).get("user_id") == info.user_id
    except SlackFailure as failure:
        return _refused(name, info.user_id, failure)
    if is_own:
        return fail(name, f"{info.name} is a bot: this one.", "Name a person in the policy.")
    what = f"{info.name} is a bot; it may answer, since the policy names it."
    return warn(name, what, "Name a person in the policy, unless you want a program to answer.")


def _refused(name: str, subject_id: str, failure: SlackFailure) -> CheckFinding:
    if isinstance(failure, SlackPermanent):
        return fail(name, f"Slack says {failure.code} of {subject_id}.", failure.mend)
    return fail(name, str(failure), "Try again in a minute; check the network to Slack.")
