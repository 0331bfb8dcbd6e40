"""How the streams behave, in one frozen model; each part's rules stand beside that part's code."""

from pydantic import BaseModel, ConfigDict, Field

from streams.pairs.citation_click import CitationClickRules
from streams.pairs.co_access import CoAccessRules
from streams.pairs.conversations import ConversationRules
from streams.pairs.documents import DocumentRules
from streams.pairs.reaction import ReactionRules
from streams.pairs.search_click import SearchClickRules
from streams.sessions.rules import SessionRules


class StreamsConfig(BaseModel):
    """The rules of every stream. The section `streams`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sessions: SessionRules = Field(default_factory=SessionRules)
    search_click: SearchClickRules = Field(default_factory=SearchClickRules)
    citation_click: CitationClickRules = Field(default_factory=CitationClickRules)
    reaction: ReactionRules = Field(default_factory=ReactionRules)
    co_access: CoAccessRules = Field(default_factory=CoAccessRules)
    documents: DocumentRules = Field(default_factory=DocumentRules)
    conversations: ConversationRules = Field(default_factory=ConversationRules)
    close_every_s: float = Field(default=1.0, gt=0, description="wall seconds between two looks for complete sessions")
    close_users: int = Field(default=1_000, ge=1, le=1_500, description="users of one closing; bounds a script's time")
    close_accesses: int = Field(default=20_000, ge=1, description="accesses of one closing, about; bounds its memory")
