"""What counts as satisfied, as a yes and as a no on the console's pages: by the rules that the streams use."""

from operations.quality import Rules
from stores import configuration
from stores.settings import Settings
from streams.config import StreamsConfig


def quality_rules(where: Settings) -> Rules:
    """Return the rules of this home. Raises `Misconfigured` where they are wrong."""
    return rules_of(configuration.load("streams", StreamsConfig, where.home))


def rules_of(streams: StreamsConfig) -> Rules:
    """Return what quality takes of the streams' rules. Pure."""
    signed = streams.reaction.strengths
    yes = tuple(sorted(name for name, strength in signed.items() if strength > 0))
    no = tuple(sorted(name for name, strength in signed.items() if strength < 0))
    return Rules(streams.search_click.satisfied_s, yes, no)
