"""Fetches who is in which channel and user group, and who people are; Slack is asked sparingly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.slack.api.gateway import SlackFailure, SlackGateway, SlackPermanent, UserInfo
from bot.usecases import members
from bot.usecases.context import Context
from bot.usecases.deadlines import unassign
from bot.usecases.installation import IdentityClaim
from routing.label import ExpertId
from storage import experts
from storage.cases import cases
from storage.delivery import claimed_events
from storage.experts import Expert
from storage.sql.column_types import EPOCH

log = structlog.get_logger()

FRESH_FOR = timedelta(days=1)
GIVEN_FRESH_FOR = timedelta(minutes=5)
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
        looked_at = self._people(set(seen | members.named(self.ctx)), self._given())
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
            mine = [one for one in waiting if claimed_events.claim(tx, f"meet:{minute}:{_key(one)}", now)]
        told = self._told(mine)
        return {"met": len(told), "redrawn": members.record_people(self.ctx, told, mine) if told else 0}

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
            return {expert.user_id for expert in cases.assignees(tx)}

    def _people(self, user_ids: set[str], given: set[str]) -> int:
        """Look at the unknown and the stalest; how many were looked at."""
        now, wanted = self.ctx.clock.now(), sorted(user_ids | given)
        with self.ctx.database.read() as tx:
            known = experts.by_user_id(tx, wanted, self.ctx.team_id)
        unknown = [Expert(ExpertId(self.ctx.team_id, one), one, None, EPOCH, is_bot=None) for one in wanted]
        people = [known.get(one.expert.user_id, one) for one in unknown]
        ages = {one.expert.user_id: NEVER if one.is_bot is None else now - one.refreshed_at for one in people}
        limits = {one: GIVEN_FRESH_FOR if one in given else FRESH_FOR for one in wanted}
        stale = [one for one in people if ages[one.expert.user_id] >= limits[one.expert.user_id]]
        stale.sort(key=lambda one: -ages[one.expert.user_id])
        told = self._told(stale[:MOST_PEOPLE])
        members.record_people(self.ctx, told, known.values())
        return len(told)

    def _told(self, people: Sequence[Expert]) -> list[Expert]:
        """What Slack says of these people; who does not exist, or is not for us to see, keeps their name."""
        told: list[Expert] = []
        for person in people:
            user_id = person.expert.user_id
            try:
                told.append(self._expert(self.gateway.user_info(user_id)))
            except SlackFailure as error:
                log.warning("person.not_fetched", person=user_id, reason=str(error))
                if not isinstance(error, SlackPermanent) or error.code not in NOBODY:
                    break
                told.append(self._nobody(person))
        return told

    def _nobody(self, person: Expert) -> Expert:
        """Whom Slack told of before (only it tells time zones) stays who they were; others are not ours."""
        who = person.expert if person.timezone is not None else ExpertId("", person.expert.user_id)
        return replace(person, expert=who, is_bot=bool(person.is_bot), refreshed_at=self.ctx.clock.now())

    def _expert(self, info: UserInfo) -> Expert:
        """The person under the one workspace that they are kept under, ours for all of its organization."""
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


def _key(person: Expert) -> str:
    return f"{person.expert.team_id}:{person.expert.user_id}"
