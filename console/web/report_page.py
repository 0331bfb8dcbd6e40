"""The report of a period: what pages show of drift, runs and quality, in one document that needs nothing else."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from markupsafe import Markup

from console.web import drift_charts, pages, quality_charts
from console.web.charts import WIDTH, Chart, drawn
from console.web.quality_charts import MEASURES, figure
from console.web.rules import quality_rules
from console.web.signal_words import words
from operations import drift_history, month, quality
from operations.drift_history import DriftHistory
from operations.month import Latencies, Run
from operations.periods import Period, recent
from operations.quality import Week
from stores.settings import Settings
from stores.warehouse import Warehouse

_SHEET = Path(__file__).parent / "static" / "console.css"


@dataclass(frozen=True, slots=True)
class Report:
    """What a report tells; `before` are the weeks of an equally long period that ended when it began."""

    tenant: str
    period: Period
    drift: DriftHistory
    runs: tuple[Run, ...]
    latencies: Latencies
    weeks: tuple[Week, ...]
    before: tuple[Week, ...]

    @property
    def wins(self) -> tuple[Run, ...]:
        """Return the runs that won."""
        return tuple(run for run in self.runs if run.verdict == "WIN")


def gather(warehouse: Warehouse, where: Settings, tenant: str, length: timedelta, now: datetime) -> Report:
    """Return what a report of the tenant's last stretch of this length tells. Raises `Retryable` without a store."""
    period = recent(warehouse, tenant, length, now)
    earlier = Period(period.since - length, period.since)
    rules = quality_rules(where)
    return Report(
        tenant,
        period,
        drift_history.read(warehouse, tenant, period),
        month.runs(warehouse, tenant, period),
        month.latencies(warehouse, tenant, period),
        quality.read(warehouse, tenant, period, rules),
        quality.read(warehouse, tenant, earlier, rules),
    )


def written(report: Report, now: datetime) -> str:
    """Return the document. Every value is escaped. Pure but for the style sheet, which is the console's."""
    total = quality.together(report.weeks) if report.weeks else None
    before = quality.together(report.before) if report.before else None
    weeks = quality.whole(report.weeks, report.period)
    return pages.written(
        "report.html",
        report=report,
        now=now,
        sheet=Markup(_SHEET.read_text()),  # our own file
        words=words,
        figure=figure,
        measures=[(each, each.of(total) if total else None, each.of(before) if before else None) for each in MEASURES],
        signals=[(each, picture(drift_charts.chart(each, report.drift.happenings))) for each in report.drift.signals],
        quality_charts=[
            (each, picture(quality_charts.chart(each, weeks, report.drift.happenings))) for each in MEASURES if weeks
        ],
        now_words=drift_charts.now,
        train_s=sum(run.train_s for run in report.runs),
        passages=sum(run.passages for run in report.runs if run.live_at),
    )


def picture(chart: Chart) -> dict[str, object]:
    """Return a chart as the two pictures of an `<img>`, in the document itself, with its words and size."""
    return {
        "light": _address(drawn(chart)),
        "dark": _address(drawn(chart, True)),
        "words": chart.words,
        "width": WIDTH,
        "height": chart.height,
    }


def _address(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"
