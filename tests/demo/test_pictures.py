"""Pictures at the end of the demo: with a browser they are there, without one it is said."""

import shutil
import struct
from pathlib import Path

import pytest
from PIL import Image

from demo import pictures
from operations import operators
from stores import http_address
from stores.settings import Settings
from tests.console.web.browsing import NOW, Site, serving
from tests.operations.past import TENANT, past
from tests.stores.keyed import settings_of
from tests.streams.lives import Streams

__all__ = ["past"]


def test_without_a_browser_it_is_said_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)
    said = pictures.take(settings_of(tmp_path), "acme", "ana", tmp_path / "pictures")
    assert said == "no pictures of the console: no Chromium here (apt-get install chromium)"
    assert not (tmp_path / "pictures").exists()


def test_a_browser_that_does_not_start_is_said_and_is_no_end_of_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = settings_of(tmp_path / "home")
    operators.ensure(where, "ana", NOW)
    http_address.publish(where.home, "console", "127.0.0.1", 9)
    monkeypatch.setattr(shutil, "which", lambda program: "/bin/false")
    said = pictures.take(where, "acme", "ana", tmp_path / "pictures")
    assert said.startswith("no pictures of the console: ")
    assert len(said.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.browser
def test_every_view_is_taken_signed_in(stack: Settings, tenant: str, tmp_path: Path) -> None:
    where = stack.model_copy(update={"home": tmp_path / "home"})
    operators.ensure(where, "ana", NOW)
    with serving(Site(where, now=None)) as site:
        host, _, port = site.url.removeprefix("http://").partition(":")
        http_address.publish(where.home, "console", host, int(port))
        said = pictures.take(where, tenant, "ana", tmp_path / "pictures")
    assert said == f"pictures of the console: {tmp_path / 'pictures'} (now, drift, runs, cutover, quality)"
    for view in pictures.VIEWS:
        content = (tmp_path / "pictures" / f"{view}.png").read_bytes()
        width, height = struct.unpack(">II", content[16:24])
        assert (content[:4], width) == (b"\x89PNG", 1_280)
        assert height >= 900


@pytest.mark.slow
@pytest.mark.browser
def test_charts_have_come_before_the_picture_is_taken(past: Streams, stack: Settings, tmp_path: Path) -> None:
    own = {"home": tmp_path / "home", "clickhouse_database": past.warehouse.database}
    where = stack.model_copy(update=own)
    operators.ensure(where, "ana", NOW)
    with serving(Site(where, now=None)) as site:
        host, _, port = site.url.removeprefix("http://").partition(":")
        http_address.publish(where.home, "console", host, int(port))
        pictures.take(where, TENANT, "ana", tmp_path / "pictures")
    lines = bytes.fromhex("0f6482")  # in which lines are drawn; links have the colour, too, but there are few
    pixels = Image.open(tmp_path / "pictures" / "quality.png").convert("RGB").tobytes()
    assert sum(pixels[at : at + 3] == lines for at in range(0, len(pixels), 3)) > 600
