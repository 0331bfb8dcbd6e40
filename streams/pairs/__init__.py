"""Training signals: pure rules, one module per kind, that turn what people did and wrote into weighted pairs.

| kind | anchor | document | weight |
|---|---|---|---|
| `search_click` | the query | the one opened | inverse propensity of the rank, clipped, times what the dwell says |
| `citation_click` | the question | each cited one | shares of 1; most of it to the one opened |
| `reaction` | the question, or the conversation's title | each cited one, or the message | signed strength, shared |
| `co_access` | title of the one opened first | the one opened after | falls with the distance in time |
| `title_body`, `conversation` | its title | the document | 1 |
| `anchor_text` | the words of the link | what it links to | 1 |
| `linked_titles` | title of the linking one | what it links to | 0.5 |

Ids are deterministic (`pair_id`), so a replayed event rewrites its own row. A result that was shown but not opened
gives nothing: it is never a negative by itself. A negative reaction gives a pair of negative weight, which trainers
must not take for a positive one.
"""

from schemas.ids import stable_id


def pair_id(kind: str, tenant: str, *parts: str | int) -> str:
    """Return the deterministic id of a pair; `parts` say what makes it that pair and no other."""
    return stable_id(kind, tenant, *parts)
