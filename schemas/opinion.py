"""A language model's opinion of two rankings, as an event carries it beside the gate's figures."""

from schemas.envelope import Count, Words


class Opinion(Words):
    """What a language model says of the first `depth` documents of both rankings, and no decision rests on it.

    Mean nDCG at that depth by its grades, on so many held-out `queries` of which everyone may see what they lead to,
    the paired difference, and the ends of its 95 % interval. `said` tells what was asked, what it cost, and what went
    wrong.
    """

    model: str
    queries: Count
    depth: Count
    ndcg_live: float
    ndcg_candidate: float
    difference: float
    low: float
    high: float
    said: str

    def in_words(self) -> str:
        """Return it in one sentence, without figures where nothing was judged."""
        figures = (
            f"nDCG@{self.depth} {self.ndcg_live:.3f} live, {self.ndcg_candidate:.3f} new, difference "
            f"{self.difference:+.3f} ({self.low:+.3f} to {self.high:+.3f}); "
        )
        shown = figures if self.queries else ""
        return f"a language model's opinion ({self.model}), which decides nothing: {shown}{self.said}"
