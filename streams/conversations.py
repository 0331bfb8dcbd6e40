"""Conversations: placeholder."""

from pydantic import BaseModel, ConfigDict


class ConversationRules(BaseModel):
    """Placeholder."""

    model_config = ConfigDict(frozen=True, extra="forbid")
