"""`tidewheel open`: a link that signs in the operator of this shell, once."""

import webbrowser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from console.cli import cli
from console.open import link
from operations import operators, sign_in_codes
from stores import http_address, keys
from stores.errors import Misconfigured
from tests.stores.keyed import AT, settings_of


def test_the_link_has_a_code_for_the_operator_who_is_named(tmp_path: Path) -> None:
    where = settings_of(tmp_path)
    for name in ("ana", "ben"):
        operators.add(where, name, AT)
    with pytest.raises(Misconfigured, match="no console runs in this home"):
        link(where, "ana", AT)
    http_address.publish(tmp_path, "console", "127.0.0.1", 8080)
    with pytest.raises(Misconfigured, match="--by"):
        link(where, None, AT)
    url = link(where, "ben", AT)
    assert url.startswith("http://127.0.0.1:8080/sign-in?code=")
    key = sign_in_codes.take(where, parse_qs(urlsplit(url).query)["code"][0], AT)
    assert key.id == keys.read(keys.operator_file(where, "ben")).id


def test_it_prints_the_link_and_opens_a_browser_unless_told_not_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = settings_of(tmp_path)
    operators.add(where, "ana", AT)
    http_address.publish(tmp_path, "console", "127.0.0.1", 8080)
    opened: list[str] = []
    monkeypatch.setattr("console.open.settings.load", lambda: where)
    monkeypatch.setattr(webbrowser, "open", opened.append)
    assert CliRunner().invoke(cli, ["open", "--print"]).output.count("/sign-in?code=") == 1
    assert opened == []
    shown = CliRunner().invoke(cli, ["open"]).output
    assert "No browser was found here" in shown
    assert [url in shown for url in opened] == [True]
