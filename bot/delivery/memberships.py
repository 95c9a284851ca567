"""Fetches who is in which channel and user group, and who people are; Slack is asked sparingly."""

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.slack.gateway import SlackFailure, SlackGateway, SlackPermanent, UserInfo
from bot.usecases import members, unassign
from bot.usecases.context import Context
from routing.label import ExpertId
from storage import cases, experts
from storage.experts import Expert

log = structlog.get_logger()

FRESH_FOR = timedelta(days=1)
GIVEN_FRESH_FOR = timedelta(minutes=5)
"""Cases of somebody who has left should not wait for a day."""
NEVER = timedelta(days=36_500)
MOST_PEOPLE = 40
"""Slack answers `users.info` 100 times a minute, and others ask, too."""


@dataclass(frozen=True, slots=True)
class Memberships:
    """Keeps storage's picture of people as Slack's is; `ctx` knows the workspace."""

    ctx: Context
    gateway: SlackGateway

    def refresh(self) -> dict[str, int]:
        """Fetch all members and the stalest people, then give back the cases of those who left."""
        fetched = {source: self._members(source) for source in members.sources(self.ctx)}
        seen = frozenset().union(*fetched.values())
        looked_at = self._people(set(seen | members.named(self.ctx)), self._given())
        if looked_at and self.ctx.policy.guest_teams:  # who is of which workspace is known only now
            for source, found in fetched.items():
                if found:
                    members.record(self.ctx, source, found)
        return {"people": looked_at, "unassigned": unassign.tick(self.ctx)}

    def _members(self, source: str) -> frozenset[str]:
        kind, _, slack_id = source.partition(":")
        fetch = self.gateway.members if kind == "channel" else self.gateway.group_members
        try:
            found = fetch(slack_id)
        except SlackFailure as error:
            log.warning("members.not_fetched", source=source, reason=str(error))
            return frozenset()
        members.record(self.ctx, source, found)
        return found

    def _given(self) -> set[str]:
        """People to whom a waiting case was given."""
        with self.ctx.database.read() as tx:
            return {one.user_id for one in cases.assignees(tx) if one.team_id == self.ctx.team_id}

    def _people(self, user_ids: set[str], given: set[str]) -> int:
        """Look at the unknown and the stalest; how many were looked at."""
        now = self.ctx.clock.now()
        wanted = [ExpertId(self.ctx.team_id, user_id) for user_id in sorted(user_ids | given)]
        with self.ctx.database.read() as tx:
            known = experts.get_many(tx, wanted)
        ages = {one: now - known[one].refreshed_at if one in known else NEVER for one in wanted}
        limits = {one: GIVEN_FRESH_FOR if one.user_id in given else FRESH_FOR for one in wanted}
        stale = sorted((one for one in wanted if ages[one] >= limits[one]), key=lambda one: -ages[one])
        found: list[Expert] = []
        for one in stale[:MOST_PEOPLE]:
            try:
                found += self._experts(one, self.gateway.user_info(one.user_id))
            except SlackPermanent as error:
                log.warning("person.not_fetched", person=one.user_id, reason=str(error))
            except SlackFailure as error:
                log.warning("people.not_fetched", reason=str(error))
                break
        members.record_people(self.ctx, found)
        return len({one.expert.user_id for one in found})

    def _experts(self, one: ExpertId, info: UserInfo) -> list[Expert]:
        """The person as we ask for them, and, if they are a guest by the policy, as they act."""
        is_active = info.is_active and not info.is_bot  # a channel's members include its apps
        known = Expert(one, info.name, info.timezone, self.ctx.clock.now(), is_active, info.is_guest)
        is_partner = info.team_id in self.ctx.policy.guest_teams
        return [known, replace(known, expert=ExpertId(info.team_id, one.user_id))] if is_partner else [known]
