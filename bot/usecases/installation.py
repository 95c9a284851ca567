"""How Slack knows this bot: its own user, its workspace's organization, and who belongs to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from routing.label import ExpertId


@dataclass(frozen=True, slots=True)
class Installation:
    """The bot's own user id, the organization (Enterprise Grid) of its workspace, and other workspaces of it.

    Each is empty where Slack has not told it (yet).
    """

    bot_user_id: str = ""
    enterprise_id: str = ""
    teams: frozenset[str] = frozenset()


@dataclass(slots=True)
class InstallationHolder:
    """The installation as this process knows it, replaced whole; all contexts of a process share one."""

    present: Installation = field(default_factory=Installation)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one payload of Slack's says of where a person belongs; each field is empty where it says nothing.

    `team_id` is the workspace or organization named for the person, `enterprise_id` their organization where
    it is named outright, `place` the workspace in which they act with its organization, if only its people
    can act there. `organizations` are those that the payload names outright, by workspace.
    """

    user_id: str
    team_id: str
    enterprise_id: str = ""
    place: tuple[str, str] = ("", "")
    organizations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Home:
    """Our workspace, with what is known of its organization."""

    team_id: str
    holder: InstallationHolder = field(default_factory=InstallationHolder)

    @property
    def installation(self) -> Installation:
        """What is known now."""
        return self.holder.present

    @property
    def bot(self) -> ExpertId:
        """Ourselves: the bot is a member of each channel it posts to, and answers nothing by that."""
        return ExpertId(self.team_id, self.installation.bot_user_id)

    def person(self, claim: Claim) -> ExpertId:
        """The person whom `claim` is about: of our workspace if they belong to its organization.

        On Enterprise Grid a user id is one person in all workspaces of the organization; a stranger of Slack
        Connect is one only together with their own workspace (Slack's documentation of both).
        """
        self.learn(claim.organizations)
        team_id = self.team_id if self._is_ours(claim) else claim.team_id
        return ExpertId(team_id, claim.user_id)

    def learn(self, organizations: Mapping[str, str]) -> None:
        """Take in which workspace belongs to which organization; only what concerns ours is kept."""
        before = self.installation
        enterprise_id = before.enterprise_id or organizations.get(self.team_id, "")
        if not enterprise_id:
            return
        siblings = {team for team, its in organizations.items() if its == enterprise_id}
        if enterprise_id != before.enterprise_id or not siblings <= before.teams:
            teams = before.teams | siblings
            self.holder.present = replace(before, enterprise_id=enterprise_id, teams=teams)

    def _is_ours(self, claim: Claim) -> bool:
        """In doubt not: whoever cannot be shown to be ours is a stranger."""
        if claim.team_id == self.team_id:
            return True
        ours = self._organization(claim)
        own = claim.team_id if claim.team_id.startswith("E") else claim.organizations.get(claim.team_id, "")
        named = {claim.enterprise_id, own} - {""}
        if not ours or named:
            return bool(ours) and named == {ours}
        return claim.team_id in self.installation.teams or claim.place[1] == ours

    def _organization(self, claim: Claim) -> str:
        """Ours; where Slack has not told it, that of a place in our workspace, for this payload only.

        It is not learned from there: whether a stranger is a member is judged by what Slack told outright.
        """
        place_id = claim.place[1] if claim.place[0] == self.team_id else ""
        return self.installation.enterprise_id or place_id
