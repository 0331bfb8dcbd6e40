"""Quality over time: what people got out of searching, week by week, with marks of cutovers, and its SQL."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import HTMLResponse, Response

from console.web import quality_charts
from console.web.charts import WIDTH, drawn
from console.web.pages import render
from console.web.quality_charts import MEASURES, figure
from console.web.rules import quality_rules
from console.web.sign_in import Wiring
from console.web.tenants import Tenant
from operations import drift_history, quality
from operations.drift_history import Happening
from operations.periods import Period, recent
from operations.quality import Week
from operations.shown_sql import shown
from stores.errors import Refused

router = APIRouter()

Weeks = Annotated[int, Query(ge=2, le=156)]
LENGTHS = (8, 26, 52)


@router.get("/quality")
def page(request: Request, console: Wiring, tenant: Tenant, weeks: Weeks = 26) -> HTMLResponse:
    """Show a tenant's quality of the last weeks."""
    if not tenant:
        return render("quality.html", request, title="Quality over time", found=None, weeks=weeks)
    period, found, happenings = _read(console, tenant, weeks)
    rules = quality_rules(console.where)
    return render(
        "quality.html",
        request,
        title="Quality over time",
        found=found,
        weeks=weeks,
        lengths=LENGTHS,
        happenings=[each for each in happenings if each.kind != "retrain"],
        measures=MEASURES,
        figure=figure,
        described=quality_charts.described,
        width=WIDTH,
        height=quality_charts.chart(MEASURES[0], found, ()).height,
        sql=shown(quality.QUERY, tenant=tenant, **period.parameters(), **rules.parameters()),
    )


@router.get("/quality/chart.svg")
def picture(console: Wiring, tenant: Tenant, measure: str, weeks: Weeks = 26, dark: bool = False) -> Response:
    """Return the chart of a measure. Raises a 404 for a measure that there is not."""
    measures = {each.name: each for each in MEASURES}
    if measure not in measures:
        raise HTTPException(404, "There is no such measure.")
    _, found, happenings = _read(console, tenant, weeks)
    chart = quality_charts.chart(measures[measure], found, happenings)
    return Response(drawn(chart, dark), media_type="image/svg+xml")


def _read(console: Wiring, tenant: str, weeks: int) -> tuple[Period, tuple[Week, ...], tuple[Happening, ...]]:
    if not tenant:
        raise Refused("nobody sent anything yet, so there is no quality to be shown")
    rules = quality_rules(console.where)
    with console.stores() as stores:
        period = recent(stores.warehouse, tenant, timedelta(weeks=weeks), console.now()).in_weeks()
        found = quality.read(stores.warehouse, tenant, period, rules)
        return period, found, drift_history.happenings(stores.warehouse, tenant, period)
