"""How drift is judged: every number with its unit and its reason."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from schemas.ids import stable_id
from streams.config import StreamsConfig
from streams.drift.behaviour import BehaviourRules
from streams.drift.signal import Signal
from streams.drift.signals import SIGNALS
from streams.drift.windows import Shape


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
        signal.name: (float, Field(default=signal.threshold.value, gt=0, le=3, description=str(signal.threshold)))
        for signal in signals
    }
    return create_model("SignalEffects", __base__=Effects, __module__=__name__, __doc__=Effects.__doc__, **fields)


if TYPE_CHECKING:
    SignalEffects = Effects
else:
    SignalEffects = effects_of(SIGNALS)


class DriftConfig(BehaviourRules):
    """One tenant-independent set of rules. The section `drift`."""

    window_s: int = Field(
        default=86_400,
        ge=3_600,
        le=604_800,
        description="seconds of event time, the unit of windows; a day evens out hours",
    )
    reference_windows: int = Field(
        default=7, ge=1, le=90, description="units of window_s with searches; a week holds every weekday once"
    )
    min_reference_searches: int = Field(
        default=200,
        ge=10,
        le=100_000,
        description="different (person, query); a reference of fewer grows by further days before it is frozen",
    )
    false_alarm_days: float = Field(
        default=90.0,
        ge=7,
        le=3_650,
        description="days of event time between two false requests of a quiet tenant; split over the signals",
    )
    allowance: float = Field(
        default=1.0, ge=0.1, le=2, description="spreads by which a window may differ without adding to the evidence"
    )
    one_day: float = Field(
        default=0.7, gt=0, le=1, description="share of the limit that one day adds at most: one odd day asks nobody"
    )
    least_spread: float = Field(
        default=0.25,
        gt=0,
        le=1,
        description="smallest spread of an effect, as a share of the effect that counts: less is of no interest",
    )
    calibration_windows: int = Field(
        default=42,
        ge=3,
        le=365,
        description="quiet windows, the reference's too, from which a tenant's spread is learned",
    )
    calibration_permutations: int = Field(
        default=99, ge=19, le=9_999, description="relabellings of each reference window: they give its spread by chance"
    )
    window_cases: int = Field(
        default=200, ge=20, le=100_000, description="different (person, query) from which a window closes"
    )
    most_windows: int = Field(
        default=14, ge=1, le=90, description="units of window_s after which a window closes, whatever it holds"
    )
    look_back: int = Field(
        default=7, ge=1, le=90, description="units of window_s over which the text of an opened document is compared"
    )
    alpha: float = Field(
        default=0.02,
        gt=0,
        lt=1,
        description="level of q that is shown as evidence of one window alone; decides nothing",
    )
    effects: SignalEffects = Field(
        default_factory=SignalEffects, description="effects that count in full; the scale of what is of interest"
    )
    cooldown_windows: int = Field(
        default=7,
        ge=0,
        le=365,
        description="units of window_s after a training that went live, or failed, without a request",
    )
    refusal_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="days without a request after a refused model; doubled by each further one",
    )
    most_refusal_days: int = Field(default=120, ge=1, le=730, description="days that such a pause lasts at most")
    new_pairs: int = Field(
        default=200, ge=0, le=10_000_000, description="training pairs since the refusal without which nobody asks again"
    )
    expected_gain: float = Field(
        default=0.03,
        ge=0,
        le=1,
        description="served nDCG@10 that a first training is taken to gain; weighs as much as one run does later",
    )
    gain_per_hour: float = Field(
        default=0.003,
        ge=0,
        le=1,
        description="served nDCG@10 that an hour of training and embedding has to be expected to gain where drift "
        "harms nobody; 0 means that it costs nothing",
    )
    at_latest_days: int = Field(
        default=0,
        ge=0,
        le=730,
        description="days after the last request, or since the watch began, after which a training is asked for "
        "without drift; 0 means never: each run is a look at the hold-out",
    )
    run_timeout_s: int = Field(
        default=86_400, ge=60, le=2_592_000, description="seconds after which a silent run no longer blocks requests"
    )
    permutations: int = Field(
        default=999, ge=99, le=99_999, description="relabellings; the smallest p is 1 / (this + 1)"
    )
    seed: int = Field(default=7, ge=0, description="of the relabellings and folds; the same rows give the same verdict")
    max_queries: int = Field(
        default=2_000, ge=50, le=100_000, description="searches sampled of a judged window; bounds its cost"
    )
    max_reference_queries: int = Field(
        default=3_000, ge=50, le=100_000, description="searches sampled of the whole reference"
    )
    per_user: int = Field(
        default=25, ge=1, le=10_000, description="searches of one person and window; robots are not the company"
    )
    max_documents: int = Field(
        default=2_000, ge=10, le=100_000, description="opened documents a window whose changes are looked at"
    )
    min_queries: int = Field(default=50, ge=10, le=10_000, description="queries on either side, else too_few")
    min_people: int = Field(
        default=8, ge=4, le=10_000, description="people on either side: they, not queries, are the independent units"
    )
    min_observations: int = Field(
        default=30, ge=5, le=10_000, description="counted cases (searches, answers, ...) on either side"
    )
    shown_for_fit: int = Field(default=3, ge=1, le=10, description="first shown results whose best title is the fit")
    max_windows_per_run: int = Field(
        default=8, ge=1, le=1_000, description="windows judged in one call; a backlog takes several"
    )

    @model_validator(mode="after")
    def _can_show(self) -> "DriftConfig":
        if len(SIGNALS) / (self.permutations + 1) > self.alpha:
            raise ValueError("permutations: too few for one signal alone to be evidence at this alpha")
        return self

    @property
    def window_ms(self) -> int:
        """Return the unit of windows in milliseconds."""
        return self.window_s * 1_000

    @property
    def shape(self) -> Shape:
        """Return the rules of windows."""
        return Shape(
            self.window_ms, self.window_cases, self.most_windows, self.reference_windows, self.min_reference_searches
        )

    @property
    def hash(self) -> str:
        """Return the name of these rules, which every row carries that they made."""
        return stable_id("drift rules", self.model_dump_json())

    def sharing(self, streams: StreamsConfig) -> "DriftConfig":
        """Return these rules with those that drift shares with the streams: one gap and one dwell everywhere."""
        shared = {"sessions": streams.sessions, "search_click": streams.search_click, "reaction": streams.reaction}
        return self.model_copy(update=shared)
