"""title_body, conversation, anchor_text, linked_titles: what documents say about themselves and each other. Pure.

These pairs hold while their source document is at the version that they were made from (the view `live_pairs` joins),
so an update or a deletion withdraws them without a further row; those of links also while the event that they came from
holds. Title and body are not copied: snapshots resolve them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schemas.ids import OpaqueId


class DocumentRules(BaseModel):
    """Who may see a document that does not say; which titles and links are worth learning from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    default_acl: tuple[OpaqueId, ...] = Field(
        default=(),
        max_length=10_000,
        description="groups that see a document sent without a list; nobody, so that a forgotten list shows nothing",
    )
    min_title: int = Field(default=3, ge=1, description="characters of a title that says anything")
    min_body: int = Field(default=20, ge=1, description="characters of a body that says anything")
    min_anchor: int = Field(default=4, ge=1, description="characters of a link's words that say anything")
    empty_anchors: frozenset[str] = Field(
        default=frozenset(
            {
                "here",
                "click here",
                "this",
                "link",
                "this link",
                "this page",
                "read more",
                "more",
                "see more",
                "learn more",
            }
            | {"details", "documentation", "docs", "page", "website", "source", "download", "edit", "back", "next"}
        ),
        description="link words, in lower case, that describe no target",
    )
    max_links: int = Field(default=50, ge=0, description="links of one document; a page of links is a directory")
    linked_weight: float = Field(default=0.5, gt=0, description="weight of linked titles: related, not an answer")


class DocumentPair(NamedTuple):
    """`anchor` holds words, or `anchor_document` the document whose title is the anchor."""

    kind: str
    anchor: str
    anchor_document: str
    document: str
    weight: float


def pairs_of(
    document: str, kind: str, title: str, body: str, links: Sequence[tuple[str, str]], rules: DocumentRules
) -> list[DocumentPair]:
    """Return the pairs of one version of a document; `links` are (target, words). Messages and empty text give none."""
    if kind == "message":
        return []
    found = []
    titled = len(title.strip()) >= rules.min_title
    if titled and len(body.strip()) >= rules.min_body:
        own = "conversation" if kind == "conversation" else "title_body"
        found.append(DocumentPair(own, "", document, document, 1.0))
    outward = [(target, " ".join(words.split())) for target, words in links if target != document]
    for target, words in dict.fromkeys(outward[: rules.max_links]):
        if len(words) >= rules.min_anchor and words.lower() not in rules.empty_anchors and not _is_address(words):
            found.append(DocumentPair("anchor_text", words, "", target, 1.0))
    if titled:
        for target in dict.fromkeys(target for target, _ in outward[: rules.max_links]):
            found.append(DocumentPair("linked_titles", "", document, target, rules.linked_weight))
    return found


def _is_address(words: str) -> bool:
    return "://" in words or words.lower().startswith("www.")
