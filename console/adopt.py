"""Command for operators: a model from elsewhere is offered to a tenant and goes the way of every candidate."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
from pydantic import ValidationError

from console.decisions import by_option
from console.output import json_option, print_json, say, tenant_option
from console.parameters import DIMENSIONS, REASON, URL, FilePath
from operations import adoption, decisions, offered_files, tenants
from operations.connections import Connections
from retrieval.config import EncoderConfig, RetrievalConfig
from retrieval.endpoint import Endpoint
from stores import configuration, settings
from stores.shelf import Shelf

Offering = Callable[[Shelf, str, EncoderConfig, datetime, adoption.Live | None], adoption.Offer]

_SHOWN = 4


@click.command()
@click.argument("model", type=FilePath())
@tenant_option
@click.option(
    "--endpoint",
    type=URL,
    help="Ask MODEL, a name there, at this OpenAI-compatible address, as https://HOST/v1; texts of documents and "
    "queries go there.",
)
@click.option(
    "--dimensions",
    type=DIMENSIONS,
    show_default="all that the model makes",
    help="Keep only the first ones: for models trained so that these hold most of the meaning (Matryoshka).",
)
@by_option
@click.option(
    "--reason", default="offered by hand", type=REASON, show_default=True, help="Why; it stands in the audit trail."
)
@json_option
def adopt(
    model: Path, tenant: str, endpoint: str | None, dimensions: int | None, by: str | None, reason: str, as_json: bool
) -> None:
    """Offer a model from elsewhere; it serves only if it wins, and only after your approval.

    MODEL is the directory of a sentence-transformers model, an installed package that carries one, or the name of one
    that this machine has fetched before; nothing is fetched. It may have another dimension, tokenizer, pooling and
    prompts than what is live. Only safetensors are taken: pickled weights are refused, code of a model is never run.
    Its files are hashed, and every later step is about these very files. The model that is live already is refused.

    It is judged as a trained model is: on held-out queries, by the ranking that people would get of its own index. Each
    offer is one look at the hold-out. With a WIN its index is built beside what serves; then `tidewheel packet`,
    `approve`, and `rollback` as ever.

    A model behind an endpoint goes the same way: address and name are what is approved. Its key is read from
    TIDEWHEEL_EMBEDDING_KEYS, JSON of keys by host, wherever the services run; it is stored nowhere. While the endpoint
    is away, searches of a tenant that it serves have no answer.

    \b
    Examples:
      tidewheel adopt ./models/e5-small --tenant acme
      tidewheel adopt ./models/nomic-v1.5 --tenant acme --dimensions 256
      tidewheel adopt nomic-embed-text --endpoint http://localhost:11434/v1 --tenant acme
    """
    where, offer = settings.load(), _offering(str(model), endpoint, dimensions)
    encoder = configuration.load("retrieval", RetrievalConfig, where.home).encoder
    with Connections(where) as stores:
        tenants.check_served(stores, tenant)
        sign, who, now = stores.signing.as_operator, stores.signing.operator(by), datetime.now(UTC)
        live = adoption.live_model(stores.serving, Shelf.open(where), tenant)
        found = offer(Shelf.offers(where), tenant, encoder, now, live)
        request = decisions.request_training(
            stores.publish, sign, tenant, who, reason, "live", now, (found.model, found.manifest)
        )
    if as_json:
        print_json({"run": request.run, "model": found.model, "manifest": found.manifest, "dimension": found.dimension,
                    "left_out": list(found.left_out)})  # fmt: skip
        return
    if found.left_out:
        more = f" and {len(found.left_out) - _SHOWN} more" if len(found.left_out) > _SHOWN else ""
        say(f"Left out: {', '.join(found.left_out[:_SHOWN])}{more}.")
    say(f"{found.model} ({found.dimension} dimensions) is offered, its files are {found.manifest[:12]}...")
    say(f"{request.run} judges it; `tidewheel runs --tenant {tenant}` shows how it goes.")


def _offering(model: str, endpoint: str | None, dimensions: int | None) -> Offering:
    """Return what makes the offer. Raises `Refused`, or the usage error of an address that is none."""
    if endpoint is None:
        source = adoption.located(model)
        offered_files.found_in(source)
        return lambda shelf, tenant, encoder, now, live: adoption.offer(
            shelf, tenant, source, dimensions, encoder, now, live
        )
    try:
        there = Endpoint(url=endpoint, model=model, dimensions=dimensions)
    except ValidationError as error:
        problem = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise click.BadParameter(problem, param_hint="--endpoint") from error
    return lambda shelf, tenant, encoder, now, live: adoption.offer_endpoint(shelf, tenant, there, encoder, now, live)
