"""Whether the record is signed with a key that outlives this machine and that all replicas share."""

from bot.doctor.finding import CheckFinding, fail, ok, warn
from bot.errors import SettingsInvalid
from bot.record_keys import key_file, keyring
from bot.settings import Settings

NAME = "record key"
KEEP = (
    "Put the content of that file into SECONDLOOK_AUDIT_KEYS of every replica, and keep a copy away from the "
    "database: without it nobody can tell whether the record was edited."
)


def check_audit_keys(settings: Settings) -> CheckFinding:
    """Where the key that signs comes from."""
    path = key_file(settings)
    try:
        keys = keyring(settings).keys
    except SettingsInvalid as error:
        return fail(NAME, error.detail, "Restore the file from a copy, or set SECONDLOOK_AUDIT_KEYS.")
    if settings.audit_keys:
        older = len(keys) - 1
        return ok(NAME, f"“{keys[0][0]}” signs the record" + (f", {older} more verify it" if older else ""))
    if path.exists():
        return warn(NAME, f"SECONDLOOK_AUDIT_KEYS is not set; the key in {path} signs the record.", KEEP)
    return warn(
        NAME,
        f"SECONDLOOK_AUDIT_KEYS is not set; `secondlook serve` will keep a key in {path}.",
        "Set it to an id and a secret, such as “2026:” and 32 random characters, the same in every replica.",
    )
