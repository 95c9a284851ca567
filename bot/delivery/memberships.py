"""Fetches who is in which channel and user group, and who people are; Slack is asked sparingly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.slack.api.failures import MembersUnfinished
from bot.slack.api.gateway import SlackFailure, SlackGateway, SlackPermanent, UserInfo
from bot.usecases import members
from bot.usecases.context import Context
from bot.usecases.deadlines import unassign
from bot.usecases.installation import IdentityClaim
from routing.label import ExpertId
from routing.slack_channel import ChannelId
from storage import experts
from storage.cases import cases
from storage.delivery import claimed_events
from storage.experts import Expert
from storage.sql.column_types import EPOCH

log = structlog.get_logger()

FRESH_FOR = timedelta(days=1)
ASSIGNEE_FRESH_FOR = timedelta(minutes=5)
"""Cases of somebody who has left should not wait for a day."""
NEVER = timedelta(days=36_500)
MOST_PEOPLE = 40
"""Slack answers `users.info` 100 times a minute, and others ask, too."""
MOST_NEWCOMERS = 5
"""At one look, which is every five seconds: 60 a minute leave the stalest their part."""
NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
"""What Slack says of somebody who does not exist: that is no trouble of ours."""


@dataclass(frozen=True, slots=True)
class Memberships:
    """Keeps storage's picture of people as Slack's is; `ctx` knows the workspace."""

    ctx: Context
    gateway: SlackGateway

    def refresh(self) -> dict[str, int]:
        """Fetch all members and the stalest people, then give back the cases of those who left."""
        seen = frozenset().union(*(self._members(source) for source in members.sources(self.ctx)))
        looked_at = self._people(set(seen | members.named(self.ctx)))
        return {"people": looked_at, "unassigned": unassign.unassign_departed(self.ctx)}

    def meet(self) -> dict[str, int]:
        """Ask who newcomers are, and show their names where their ids are shown."""
        now = self.ctx.clock.now()
        minute = int(now.timestamp() // 60)
        with self.ctx.database.read() as tx:
            waiting = experts.newcomers(tx, MOST_NEWCOMERS)
        if not waiting:
            return {}
        with self.ctx.database.write() as tx:  # another replica asks about other people
            keys = [f"meet:{minute}:{new.expert.team_id}:{new.expert.user_id}" for new in waiting]
            pairs = zip(waiting, keys, strict=True)
            mine = [person for person, key in pairs if claimed_events.claim(tx, key, now)]
        people = self._asked(mine)
        return {"met": len(people), "redrawn": members.record_people(self.ctx, people, mine) if people else 0}

    def _members(self, source: str) -> frozenset[str]:
        kind, _, slack_id = source.partition(":")
        try:
            if kind == "channel":
                user_ids = self.gateway.members(ChannelId.parse(slack_id))
            else:
                user_ids = self.gateway.group_members(slack_id)
        except MembersUnfinished as error:
            # Nobody is taken out: who is missing among these may be a member like before.
            log.warning("members.not_all_fetched", source=source, reason=str(error))
            members.add(self.ctx, source, error.user_ids)
            return error.user_ids
        except SlackFailure as error:
            log.warning("members.not_fetched", source=source, reason=str(error))
            return frozenset()
        members.record(self.ctx, source, user_ids)
        return user_ids

    def _people(self, user_ids: set[str]) -> int:
        """Look at the new and the stalest of these and of those who have a case; how many were looked at."""
        with self.ctx.database.read() as tx:
            assignees = {expert.user_id for expert in cases.assignees(tx)}
            now, wanted = self.ctx.clock.now(), sorted(user_ids | assignees)
            stored = experts.by_user_id(tx, wanted, self.ctx.team_id)

        def age(person: Expert) -> timedelta:
            return NEVER if person.is_bot is None else now - person.refreshed_at

        stale = []
        for user_id in wanted:
            newcomer = Expert(ExpertId(self.ctx.team_id, user_id), user_id, None, EPOCH, is_bot=None)
            person = stored.get(user_id, newcomer)
            if age(person) >= (ASSIGNEE_FRESH_FOR if user_id in assignees else FRESH_FOR):
                stale.append(person)
        asked = self._asked(sorted(stale, key=age, reverse=True)[:MOST_PEOPLE])
        members.record_people(self.ctx, asked, stored.values())
        return len(asked)

    def _asked(self, people: Sequence[Expert]) -> list[Expert]:
        """What Slack says of these people; who does not exist, or is not for us to see, keeps their name."""
        asked: list[Expert] = []
        for person in people:
            user_id = person.expert.user_id
            try:
                asked.append(self._expert(self.gateway.user_info(user_id)))
            except SlackFailure as error:
                log.warning("person.not_fetched", person=user_id, reason=str(error))
                if not isinstance(error, SlackPermanent) or error.code not in NOBODY:
                    break  # Slack would hardly answer for the others; the stalest come first next time
                asked.append(self._nobody(person))
        return asked

    def _nobody(self, person: Expert) -> Expert:
        """Whom Slack described before (only it tells time zones) stays who they were; others are not ours."""
        who = person.expert if person.timezone is not None else ExpertId("", person.expert.user_id)
        return replace(person, expert=who, is_bot=bool(person.is_bot), refreshed_at=self.ctx.clock.now())

    def _expert(self, info: UserInfo) -> Expert:
        """The person under the workspace that they are kept under, ours for all of its organization."""
        is_active = info.is_active and not info.is_bot  # a channel's members include its apps
        who, now = self._who(info), self.ctx.clock.now()
        return Expert(who, info.name, info.timezone, now, is_active, info.is_guest, info.is_bot)

    def _who(self, info: UserInfo) -> ExpertId:
        home = self.ctx.home
        organizations = {team_id: info.enterprise_id for team_id in info.teams if info.enterprise_id}
        if info.is_stranger:
            return ExpertId(info.team_id if info.team_id != home.team_id else "", info.user_id)
        team_id = info.team_id or home.team_id
        return home.person(
            IdentityClaim(info.user_id, team_id, info.enterprise_id, organizations=organizations)
        )
