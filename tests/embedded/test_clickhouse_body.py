"""Bodies of every kind give the same bytes, and damaged ones say so."""

import gzip
import io
import zlib

import lz4.frame
import pytest
from backports import zstd

from embedded.clickhouse_body import PIECE, UNPACKED, BadBody, form_fields, packer, pieces

TEXT = b"0123456789abcdef" * 70_000


def read(data: bytes, **headers: str) -> bytes:
    given = {"content-length": str(len(data)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return b"".join(pieces(io.BytesIO(data), given))


def test_a_plain_body_ends_with_its_length() -> None:
    assert b"".join(pieces(io.BytesIO(TEXT + b"next"), {"content-length": str(len(TEXT))})) == TEXT
    assert b"".join(pieces(io.BytesIO(b"next"), {})) == b""


def test_a_chunked_body_leaves_the_next_request_alone() -> None:
    stream = io.BytesIO(b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: 1\r\n\r\nNEXT")
    assert b"".join(pieces(stream, {"transfer-encoding": "chunked"})) == b"hello world"
    assert stream.read() == b"NEXT"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("lz4", lz4.frame.compress), ("zstd", zstd.compress)],
)
class TestCompressed:
    def test_one_frame_and_several(self, encoding: str, pack: object) -> None:
        assert callable(pack)
        assert read(pack(TEXT), content_encoding=encoding) == TEXT
        if encoding != "deflate":
            assert read(pack(TEXT) + pack(b"more"), content_encoding=encoding) == TEXT + b"more"

    def test_a_bomb_comes_in_bounded_pieces(self, encoding: str, pack: object) -> None:
        assert callable(pack)
        packed = pack(bytes(3 * UNPACKED))
        sizes = [
            len(piece)
            for piece in pieces(io.BytesIO(packed), {"content-length": str(len(packed)), "content-encoding": encoding})
        ]
        assert sum(sizes) == 3 * UNPACKED
        assert max(sizes) <= max(UNPACKED, PIECE)

    def test_damage_and_a_short_end_are_refused(self, encoding: str, pack: object) -> None:
        assert callable(pack)
        with pytest.raises(BadBody):
            read(b"not compressed at all", content_encoding=encoding)
        with pytest.raises(BadBody, match="too early"):
            read(pack(TEXT)[:-4], content_encoding=encoding)


@pytest.mark.parametrize("accepted", ["gzip", "deflate", "lz4", "zstd", "lz4, zstd, gzip"])
def test_replies_are_packed_as_accepted(accepted: str) -> None:
    packing = packer(accepted)
    assert packing is not None
    encoding, feed, finish = packing
    assert encoding in accepted
    assert read(feed(TEXT) + feed(b"end") + finish(), content_encoding=encoding) == TEXT + b"end"


def test_nothing_is_packed_when_nothing_is_accepted() -> None:
    assert packer("") is None
    assert packer("br, gzip;q=0") is None


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (b"abc", {"content-length": "5"}),
        (b"abc", {"content-length": "many"}),
        (b"zz\r\nabc", {"transfer-encoding": "chunked"}),
        (b"5\r\nab", {"transfer-encoding": "chunked"}),
        (b"abc", {"content-length": "3", "content-encoding": "br"}),
    ],
)
def test_a_broken_body_is_refused(data: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(BadBody):
        b"".join(pieces(io.BytesIO(data), headers))


def test_a_form_gives_its_fields_and_refuses_files() -> None:
    start = b'--b\r\nContent-Disposition: form-data; name="query"\r\n\r\nSELECT {x:String}\r\n'
    field = b'--b\r\nContent-Disposition: form-data; name="param_x"\r\n\r\n\xc3\xa4\n1\r\n--b--\r\n'
    assert form_fields(start + field, "multipart/form-data; boundary=b") == {
        "query": b"SELECT {x:String}",
        "param_x": b"\xc3\xa4\n1",
    }
    file = b'--b\r\nContent-Disposition: form-data; name="t"; filename="t"\r\n\r\n1\r\n--b--\r\n'
    with pytest.raises(BadBody, match="external tables"):
        form_fields(start + file, "multipart/form-data; boundary=b")
