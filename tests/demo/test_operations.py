import pytest

from demo.operations import clipped, in_words, package_directory, plain, read_service, sentences
from stores.errors import Misconfigured


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("RunInstances", "run instances"),
        ("CreateDBInstance", "create DB instance"),
        ("DescribeVPCs", "describe VPCs"),
        ("AdminConfirmSignUp", "admin confirm sign up"),
        ("StopReplicationToReplica", "stop replication to replica"),
        ("ListObjectsV2", "list objects V2"),
        ("ListOpenIDConnectProviders", "list open ID connect providers"),
    ],
)
def test_names_become_words(name: str, words: str) -> None:
    assert in_words(name) == words


def test_markup_goes_and_blocks_stay_apart() -> None:
    html = '<p>Use <a href="x">this</a> &amp; <code>that</code>.</p><ul><li>one</li> <li> two\n more</li></ul>'
    assert plain(html) == "Use this & that.\none\ntwo more"


def test_sentences_end_at_stops_and_lines() -> None:
    assert sentences("It runs. It stops.\nNext, e.g. this") == ["It runs.", "It stops.", "Next, e.g. this"]


def test_clipping_keeps_whole_sentences_and_at_least_one() -> None:
    text = "One two three. Four five.\nSix seven eight."
    assert clipped(text, 5) == "One two three. Four five."
    assert clipped(text, 7) == "One two three. Four five."
    assert clipped(text, 4) == "One two three."
    assert clipped(text, 1) == "One two three."
    assert clipped(text, 0) == text
    assert clipped(text, 100) == text


def test_an_operation_has_text_notes_and_mentions() -> None:
    operation = read_service("ec2")["RunInstances"]
    assert operation.title == "EC2: run instances"
    assert operation.text.startswith("Launches the specified number of instances")
    assert "<" not in operation.text
    assert operation.notes
    named = dict(operation.mentions)
    assert "DescribeInstances" in named["DescribeInstances"]
    assert "RunInstances" not in named


def test_a_missing_package_says_what_to_install() -> None:
    with pytest.raises(Misconfigured, match="pip install no_such_package"):
        package_directory("no_such_package")


def test_a_missing_service_is_named() -> None:
    with pytest.raises(Misconfigured, match="no-such-service"):
        read_service("no-such-service")
