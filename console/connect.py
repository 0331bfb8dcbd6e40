"""Commands that bring what other systems have: pages, chats, wikis, tables, search logs."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, cast

import click

from connectors import searches as search_logs
from connectors import sent_file
from connectors.confluence import export as confluence_export
from connectors.groups import stated
from connectors.items import Item
from connectors.openings import Openings
from connectors.pages import reading as page_reading
from connectors.planning import Planner
from connectors.sent_file import Sent
from connectors.slack import export as slack_export
from connectors.slack.people import Naming
from connectors.tables import mapping as table_mapping
from connectors.tables import reading as table_reading
from connectors.transfer import Deliver, Transfer, through
from console.connected import report
from console.output import json_option, print_json, say, tenant_option
from console.parameters import GROUP, FilePath, Line, Pattern
from console.progress import progress
from operations.connections import Connections
from stores import settings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FORM = "source's name: letters, digits, dots, hyphens and underscores, at most 64"
_SOURCE = FilePath()

Command = Callable[..., None]


def _options(command: Command) -> Command:
    """Give a command the options that all sources have, as one argument `how`."""

    @wraps(command)
    def called(tenant: str, name: str | None, acl: tuple[str, ...], dry_run: bool, as_json: bool, **own: Any) -> None:  # noqa: ANN401
        command(how=How(tenant, name, stated(acl), dry_run, as_json), **own)

    for option in reversed(
        (
            tenant_option,
            click.option("--acl", multiple=True, type=GROUP, help="Who may see what the source does not restrict; "
                         "may be given several times. `everyone` is all people.  [default: private, nobody finds it]"),
            click.option("--name", type=Pattern("NAME", _NAME.pattern, _FORM), help="What this source is called: its "
                         "app, the beginning of its ids, and what a later run goes on from."),
            click.option("--dry-run", is_flag=True, help="Read and check all of it, and send nothing."),
            json_option,
        )
    ):  # fmt: skip
        called = option(called)
    return called


class How:
    """What all sources are told."""

    def __init__(self, tenant: str, name: str | None, acl: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
        self.tenant, self.name, self.acl, self.dry_run, self.as_json = tenant, name, acl, dry_run, as_json

    def named(self, otherwise: str) -> str:
        """Return the source's name: the one that was given, else one that follows from what is read."""
        found = self.name or otherwise
        if not _NAME.fullmatch(found):
            raise click.UsageError(f"'{found}' is no {_FORM}; say another one with --name")
        return found


_many_gone = click.option(
    "--many-gone", is_flag=True, help="Delete what the source has no more, even if that is most of it."
)


@click.group()
def connect() -> None:
    """Bring what other systems have, from their exports: nothing is fetched, nothing is changed there.

    A source is read again whenever it has changed: only what is new or different is sent, and a run that was cut short
    goes on where it was. HOME/connectors/TENANT/NAME.sent remembers it; without that file everything is sent once more,
    under the same ids and versions, which changes no result. Who may see something is what the source says, else
    `--acl`, else nobody. What cannot be read is reported and left out; the exit code is 5 then.

    \b
    Examples:
      tidewheel connect pages ~/handbook --tenant acme --acl everyone --dry-run
      tidewheel connect slack export.zip --tenant acme --acl staff
      tidewheel connect confluence space-export.zip --tenant acme --acl staff
      tidewheel connect table tickets.csv --mapping tickets.toml --tenant acme --acl support
      tidewheel connect searches log.csv --tenant acme
    """


@connect.command()
@click.argument("source", type=_SOURCE)
@click.option("--no-git", is_flag=True, help="Read the files as they are, also where they are a git repository.")
@_many_gone
@_options
def pages(source: Path, no_git: bool, many_gone: bool, how: How) -> None:
    """Markdown and HTML of a directory, a zip file, or a git repository.

    Of a repository the last commit is read: time and author are those of the change, and a page that was renamed keeps
    its clicks. Links between pages come with their words. Ids are NAME/PATH; NAME is the directory's unless given.

    \b
    Examples:
      tidewheel connect pages docs --tenant acme --name guide --acl everyone
      tidewheel connect pages ~/handbook --tenant acme --acl staff --dry-run
    """
    name = how.named(source.resolve().name.removesuffix(".zip"))
    naming = page_reading.Naming(f"{name}/", how.acl)
    _run(lambda sent: page_reading.read(source, naming, not no_git), how, name, True, many_gone)


@connect.command()
@click.argument("source", type=_SOURCE)
@click.option("--direct", is_flag=True, help="Also what people write to each other, for them alone.")
@click.option("--bots", is_flag=True, help="Also messages of programs.")
@click.option("--user", "naming", type=click.Choice(["email", "name", "id"]), default="email", show_default=True,
              help="What people are called in your searches and clicks.")  # fmt: skip
@click.option("--groups", is_flag=True, help="Only print, as JSON, who is in the group of each private channel.")
@_options
def slack(source: Path, direct: bool, bots: bool, naming: str, groups: bool, how: How) -> None:
    """An export of Slack, or of Slackdump in the same form: a directory or a zip file.

    Messages become conversations by thread, or by channel and time; reactions are feedback on them. Members of a
    private channel are the group NAME:CHANNEL-ID, public channels are seen by `--acl`. A channel that was private once
    stays so; when one became private, messages that were sent while it was public go unless the export has them. A
    channel that an export does not list keeps what was sent, so export the private ones too. An export of some time
    says nothing of what was deleted before it; of messages that Slack marks as deleted the documents go for good.

    \b
    Examples:
      tidewheel connect slack export.zip --tenant acme --acl staff
      tidewheel connect slack export.zip --tenant acme --groups > groups.json
    """
    name = how.named("slack")
    reading = slack_export.Reading(name, how.acl, cast(Naming, naming), direct, bots)
    if groups:
        print_json(slack_export.groups(source, replace(reading, sent=sent_file.glance(_file(how, name)))))
    else:
        _run(lambda sent: slack_export.read(source, replace(reading, sent=sent)), how, name)


@connect.command()
@click.argument("source", type=_SOURCE)
@_many_gone
@_options
def confluence(source: Path, many_gone: bool, how: How) -> None:
    """An export of a Confluence space, as XML or HTML: a directory or a zip file.

    XML has everything; restrictions of a page, of the pages above it, and of the space become its list. HTML has none,
    so all of it is seen by `--acl`. A space is a source of its own: give each its --name.

    \b
    Examples:
      tidewheel connect confluence Confluence-export-HR.zip --tenant acme --name wiki-hr --acl staff
    """
    name = how.named("confluence")
    reading = confluence_export.Reading(name, how.acl)
    _run(lambda sent: confluence_export.read(source, reading), how, name, True, many_gone)


@connect.command()
@click.argument("source", type=_SOURCE)
@click.option("--mapping", type=_SOURCE, required=True, help="TOML that says which column is which field.")
@click.option("--whole", is_flag=True, help="The table has all documents: those it has no more are deleted.")
@_many_gone
@_options
def table(source: Path, mapping: Path, whole: bool, many_gone: bool, how: How) -> None:
    """CSV or JSON lines of any columns, plain or gzip: documents, or any other event that producers send.

    \b
    A mapping, for tickets:
      type = "DocumentUpserted"
      [columns]
      document = "id"
      title = "subject"
      body = ["summary", "text"]
      updated_at = "changed_on"
      acl = "groups"
      [values]
      kind = "ticket"

    \b
    Examples:
      tidewheel connect table tickets.csv --mapping tickets.toml --tenant acme --dry-run
    """
    name = how.named(source.name.split(".", 1)[0])
    meaning = table_mapping.load(mapping)
    _run(lambda sent: table_reading.read(source, table_reading.Reading(meaning, how.acl)), how, name, whole, many_gone)


@connect.command()
@click.argument("source", type=_SOURCE)
@click.option("--column", "given", multiple=True, type=Line("PART=COLUMN", "part and column", 400),
              help=f"Which column is which part: {', '.join(search_logs.COLUMNS)}.")  # fmt: skip
@click.option("--separator", type=Line("TEXT", "separator", 16), default=";", show_default=True,
              help="Parts the results in one cell.")  # fmt: skip
@click.option("--before", type=Line("TEXT", "beginning", 200),
              help="Goes before each document's id, where the log leaves it out.")  # fmt: skip
@_options
def searches(source: Path, given: tuple[str, ...], separator: str, before: str | None, how: How) -> None:
    """A log of searches and clicks, of any engine: CSV or JSON lines, plain or gzip.

    A row is a search (`query`), a click (`clicked`), or both. Known column names are found by themselves. Drift and
    training pairs rest on these as on searches of your own. A search is called NAME/ID: logs of one engine that overlap
    need the same --name, those of two engines two. Ids of documents are those that the documents have here, such as
    NAME/PATH of a page; openings of documents that are not known teach nothing, and are counted at the end.

    \b
    Examples:
      tidewheel connect searches log.csv --tenant acme
      tidewheel connect searches log.jsonl --tenant acme --column query=q --column clicked=doc --column time=ts
      tidewheel connect searches log.csv --tenant acme --before handbook/
    """
    columns = search_logs.columns(dict(each.partition("=")[::2] for each in given))
    name = how.named(source.name.split(".", 1)[0])
    opened = Openings()
    reading = search_logs.Reading(name, columns, separator, before or "")
    _run(
        lambda sent: opened.counted(search_logs.read(source, reading)),
        how,
        name,
        last=lambda: opened.warning(how.tenant),
    )


def _run(
    read: Callable[[Sent], Iterable[Item]],
    how: How,
    name: str,
    whole: bool = False,
    many_gone: bool = False,
    last: Callable[[], str] = str,
) -> None:
    """Take what a source says over; `read` gives its items, and may ask what was sent before. `last` says more."""
    now = datetime.now(UTC)
    with _sender(how, name) as (sent, deliver, remember), progress(name, None) as tell:
        transfer = Transfer(Planner(how.tenant, name, sent, now), deliver, remember, tell)
        done = transfer.run(read(sent), now, whole, many_gone)
    if more := last():
        say(more, err=True)
    report(done, how.dry_run, how.as_json)


def _file(how: How, name: str) -> Path:
    return settings.home_directory() / "connectors" / how.tenant / f"{name}.sent"


@contextmanager
def _sender(how: How, name: str) -> Iterator[tuple[Sent, Deliver | None, Callable[[Iterable[str]], None]]]:
    """Give what was sent before, what delivers, and what remembers; a dry run delivers and remembers nothing."""
    file = _file(how, name)
    if how.dry_run:
        yield sent_file.glance(file), None, lambda lines: None
        return
    with ExitStack() as stack:
        stores = stack.enter_context(Connections(settings.load()))
        remembered = stack.enter_context(sent_file.opened(file))
        yield remembered.sent, through(stack.enter_context(stores.producer())), remembered.add
