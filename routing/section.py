"""What all sections of a policy have in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of a policy: it cannot be changed, and it refuses keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
