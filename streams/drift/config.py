"""How drift is judged: every number with its unit and its reason."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from streams.config import StreamsConfig
from streams.drift.behaviour import BehaviourRules
from streams.drift.signal import Signal
from streams.drift.signals import SIGNALS


class Effects(BaseModel):
    """Smallest standardised effect that counts, by signal; 0 means no change, and only the harmful direction counts.

    One field a signal, with the signal's own threshold as the default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def of(self, signal: str) -> float:
        """Return the threshold of the named signal. Raises `AttributeError` for an unknown name."""
        return float(getattr(self, signal))


def effects_of(signals: Iterable[Signal]) -> type[Effects]:
    """Return the model with one field a signal: a new signal is configurable without a line here."""
    fields: dict[str, Any] = {
        signal.name: (float, Field(default=signal.threshold.value, gt=0, description=str(signal.threshold)))
        for signal in signals
    }
    return create_model("SignalEffects", __base__=Effects, __module__=__name__, __doc__=Effects.__doc__, **fields)


if TYPE_CHECKING:
    SignalEffects = Effects
else:
    SignalEffects = effects_of(SIGNALS)


class DriftConfig(BehaviourRules):
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
    effects: SignalEffects = Field(default_factory=SignalEffects, description="smallest effects that count")
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

    def sharing(self, streams: StreamsConfig) -> "DriftConfig":
        """Return these rules with those that drift shares with the streams: one gap and one dwell everywhere."""
        shared = {"sessions": streams.sessions, "search_click": streams.search_click, "reaction": streams.reaction}
        return self.model_copy(update=shared)
