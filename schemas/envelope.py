"""What every event carries, whatever happened."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.ids import EventId, TenantId

Count = Annotated[int, Field(ge=0, le=2**53)]
"""A whole number that every JSON reader holds exactly."""


class Words(BaseModel):
    """A frozen value of the wire: unknown fields, coerced types, and numbers that JSON does not know are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Event(Words):
    """Something that happened, in the past tense.

    `event_id` is the sender's and names the happening, not the sending: sending it again changes no result.
    `occurred_at` carries an offset (UTC by preference); `schema_version` grows when a field changes its meaning.
    """

    event_id: EventId
    tenant: TenantId
    occurred_at: AwareDatetime
    schema_version: Literal[1] = 1
