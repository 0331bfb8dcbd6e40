"""How drift is judged: every number with its unit and its reason."""

from pydantic import BaseModel, ConfigDict, Field, model_validator

from streams.pairs.reaction import ReactionRules


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Effects(_Frozen):
    """Smallest standardised effect that counts, by signal; 0 means no change, and only the harmful direction counts.

    Shares are compared by Cohen's h (0.2 = "small", Cohen 1988: 30 % against 40 %), ranks and classifier scores by
    Cliff's delta = 2 AUC - 1 (0.147 = "small", 0.33 = "medium", Romano et al. 2006).
    """

    query_drift: float = Field(
        default=0.25, gt=0, description="2 AUC - 1; a classifier that tells periods apart at AUC 0.625"
    )
    vocabulary_novelty: float = Field(default=0.2, gt=0, description="Cohen's h; 2 % unseen words against 6 %")
    query_fit: float = Field(default=0.2, gt=0, description="Cliff's delta of how well found titles fit the query")
    click_through: float = Field(default=0.1, gt=0, description="Cohen's h; few shown results are opened: 6 or 4 %")
    click_rank: float = Field(default=0.2, gt=0, description="Cliff's delta of the reciprocal rank of the best click")
    zero_click: float = Field(default=0.2, gt=0, description="Cohen's h of searches without an opening")
    reformulation: float = Field(
        default=0.2, gt=0, description="Cohen's h of searches that were put again in other words"
    )
    session_satisfaction: float = Field(
        default=0.2, gt=0, description="Cohen's h of search sessions that found something"
    )
    citation_click: float = Field(default=0.2, gt=0, description="Cohen's h of answers with an opened citation")
    negative_reaction: float = Field(default=0.2, gt=0, description="Cohen's h of negative among reactions to answers")
    corpus_drift: float = Field(default=0.3, gt=0, description="Cohen's h of openings of text changed in the window")

    def of(self, signal: str) -> float:
        """Return the threshold of the named signal. Raises `AttributeError` for an unknown name."""
        return float(getattr(self, signal))


SIGNALS = tuple(Effects.model_fields)
"""Every drift signal, in the order in which people read them."""


class DriftConfig(_Frozen):
    """One tenant-independent set of rules. The section `drift`."""

    window_s: int = Field(default=86_400, ge=1, description="seconds of event time; a day evens out hours")
    reference_windows: int = Field(default=7, ge=1, description="windows; a week holds every weekday once")
    min_reference_searches: int = Field(
        default=200, ge=10, description="searches; a reference of fewer grows by further windows before it is frozen"
    )
    trip_windows: int = Field(default=2, ge=1, description="k: windows with evidence, so that one odd day asks nobody")
    of_windows: int = Field(default=3, ge=1, description="n: latest testable windows among which k are counted")
    alpha: float = Field(
        default=0.02,
        gt=0,
        lt=1,
        description="Benjamini-Hochberg level over a window's signals; a false suspect in 50 at most",
    )
    effects: Effects = Field(default_factory=Effects, description="smallest effects that count")
    release: float = Field(
        default=0.8, gt=0, le=1, description="share of the threshold at which evidence ends (hysteresis)"
    )
    calibration_sd: float = Field(
        default=2.0, ge=0, description="the reference's own windows differ by mean + this many sd: less is no news"
    )
    calibration_cap: float = Field(
        default=2.0, ge=1, description="times the threshold; a restless reference must not silence the signal for good"
    )
    cooldown_windows: int = Field(
        default=7, ge=0, description="windows after a request or a training without a new request"
    )
    run_timeout_s: int = Field(
        default=86_400, ge=60, description="seconds after which a silent run no longer blocks requests"
    )
    permutations: int = Field(default=999, ge=99, description="relabellings; the smallest p is 1 / (this + 1)")
    seed: int = Field(default=7, ge=0, description="of the relabellings and folds; the same rows give the same verdict")
    max_queries: int = Field(default=2_000, ge=50, description="searches sampled of a judged window; bounds its cost")
    max_reference_queries: int = Field(default=3_000, ge=50, description="searches sampled of the whole reference")
    per_user: int = Field(default=25, ge=1, description="searches of one person and window; robots are not the company")
    max_documents: int = Field(
        default=2_000, ge=10, description="opened documents a window whose changes are looked at"
    )
    min_queries: int = Field(default=50, ge=10, description="queries on either side, else too_few")
    min_people: int = Field(
        default=8, ge=4, description="people on either side: they, not queries, are the independent units"
    )
    min_observations: int = Field(default=30, ge=5, description="counted cases (searches, answers, ...) on either side")
    shown_for_fit: int = Field(default=3, ge=1, le=10, description="first shown results whose best title is the fit")
    reformulation_s: int = Field(default=300, ge=1, description="seconds within which another wording is the same need")
    session_gap_s: int = Field(default=1_800, ge=1, description="seconds without a search that end a search session")
    satisfied_dwell_s: float = Field(
        default=30.0, ge=0, description="seconds; a shorter known visit did not help (Fox 2005)"
    )
    reactions: ReactionRules = Field(
        default_factory=ReactionRules, description="what counts as a yes or a no; the rules of the training pairs"
    )
    max_windows_per_run: int = Field(default=8, ge=1, description="windows judged in one call; a backlog takes several")

    @model_validator(mode="after")
    def _can_trip(self) -> "DriftConfig":
        if self.trip_windows > self.of_windows:
            raise ValueError("trip_windows: must not exceed of_windows")
        if len(SIGNALS) / (self.permutations + 1) > self.alpha:
            raise ValueError("permutations: too few for one signal alone to be evidence at this alpha")
        return self

    @property
    def window_ms(self) -> int:
        """Return the window's length in milliseconds."""
        return self.window_s * 1_000
