"""How Slack knows this bot: its own user, its workspace's organization, and who belongs to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from routing.label import ExpertId


@dataclass(frozen=True, slots=True)
class Installation:
    """The bot's own user id, the organization (Enterprise Grid) of its workspace, and other workspaces of it.

    Each is empty where Slack has not named it (yet).
    """

    bot_user_id: str = ""
    enterprise_id: str = ""
    teams: frozenset[str] = frozenset()


@dataclass(slots=True)
class InstallationHolder:
    """The installation as this process knows it, replaced whole; all contexts of a process share it."""

    present: Installation = field(default_factory=Installation)


@dataclass(frozen=True, slots=True)
class IdentityClaim:
    """What a payload of Slack's says of where a person belongs; each field is empty where it says nothing.

    `team_id` is the workspace or organization named for the person, `enterprise_id` their organization where
    it is named outright, `place` the workspace in which they act with its organization, if only its people
    can act there. `organizations` are those that the payload names outright, by workspace. `is_framed`: the
    team is that of what surrounds a message, and strangers may write there.
    """

    user_id: str
    team_id: str
    enterprise_id: str = ""
    place: tuple[str, str] = ("", "")
    organizations: Mapping[str, str] = field(default_factory=dict)
    is_framed: bool = False


Identities = Callable[[str], ExpertId | None]
"""As whom Slack named the person with a user id last; None for whoever it was never asked about."""


def no_identity(_user_id: str) -> None:
    """Nobody's identity is to be had."""


@dataclass(frozen=True, slots=True)
class Home:
    """Our workspace, with what Slack named of its organization."""

    team_id: str
    holder: InstallationHolder = field(default_factory=InstallationHolder)
    identity: Identities = no_identity

    @property
    def installation(self) -> Installation:
        """What Slack named until now."""
        return self.holder.present

    @property
    def bot(self) -> ExpertId:
        """Ourselves: the bot is a member of each channel it posts to, and answers nothing by that."""
        return ExpertId(self.team_id, self.installation.bot_user_id)

    @property
    def without_records(self) -> "Home":
        """The same, for where nothing can be looked up: people are who their payload says they are."""
        return replace(self, identity=no_identity)

    def person(self, claim: IdentityClaim) -> ExpertId:
        """The person whom `claim` is about: of our workspace if they belong to its organization.

        On Enterprise Grid a user id names a person in all workspaces of the organization; a stranger of Slack
        Connect only together with their own workspace (Slack's documentation of both). The team is empty
        for whoever cannot be shown to be ours and is named under no other.

        Raises DatabaseUnavailable where it takes what Slack named before.
        """
        self.learn(claim.organizations)
        ours = ExpertId(self.team_id, claim.user_id)
        if self._is_ours(claim):
            return ours
        identity = self.identity(claim.user_id) if self._may_be_ours(claim) else None
        if claim.team_id == self.team_id:
            return identity or ExpertId("", claim.user_id)
        return ours if identity == ours else ExpertId(claim.team_id, claim.user_id)

    def serves(self, team_id: str, enterprise_id: str) -> bool:
        """Whether what came through a workspace, of this organization if it has one, came to ours.

        In doubt it did: Slack has signed it for this app.
        """
        ours = self.installation
        is_named = bool(team_id and self.team_id)
        is_sibling = team_id in ours.teams or ours.enterprise_id in {team_id, enterprise_id} - {""}
        return not is_named or team_id == self.team_id or is_sibling

    def learn(self, organizations: Mapping[str, str]) -> None:
        """Take in which workspace belongs to which organization; only what concerns ours is kept."""
        before = self.installation
        enterprise_id = before.enterprise_id or organizations.get(self.team_id, "")
        if not enterprise_id:
            return
        siblings = {team for team, its in organizations.items() if its == enterprise_id}
        if enterprise_id != before.enterprise_id or not siblings <= before.teams:
            teams = before.teams | siblings
            # Replaced whole: other threads read it without a lock.
            self.holder.present = replace(before, enterprise_id=enterprise_id, teams=teams)

    def _is_ours(self, claim: IdentityClaim) -> bool:
        """In doubt not: whoever cannot be shown to be ours is a stranger."""
        if claim.is_framed or claim.team_id == self.team_id:
            return not claim.is_framed
        ours, named = self.installation.enterprise_id, _organizations(claim)
        if not ours or named:
            return bool(ours) and named == {ours}
        # A place says nothing of whoever is named under another workspace: strangers click on our messages.
        return claim.team_id in self.installation.teams or (not claim.team_id and claim.place[1] == ours)

    def _may_be_ours(self, claim: IdentityClaim) -> bool:
        """Whether what surrounds them speaks for it: that is no proof, but enough if Slack has confirmed it.

        Our organization is not learned from there; where Slack has not named it, that of a place in our
        workspace counts, for this payload only.
        """
        place_id = claim.place[1] if claim.place[0] == self.team_id else ""
        ours, named = self.installation.enterprise_id or place_id, _organizations(claim)
        if named:
            return named == {ours}
        is_our_team = claim.team_id in {self.team_id, *self.installation.teams}
        return is_our_team or bool(ours and claim.place[1] == ours)


def _organizations(claim: IdentityClaim) -> set[str]:
    """Those named for the person, by whichever part of the payload."""
    own = claim.team_id if claim.team_id.startswith("E") else claim.organizations.get(claim.team_id, "")
    return {claim.enterprise_id, own} - {""}
