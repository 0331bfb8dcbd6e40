"""Person tokens: ours and a provider's are believed for their tenant, and nothing that anybody else made up."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operations.person_tokens import Issuer, Person, PersonTokens
from stores.errors import Misconfigured, Refused

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OURS = PersonTokens(b"k" * 32)
ANA = Person("ana", ("staff", "Köln"))
AT = int(NOW.timestamp())
CLAIMS: dict[str, Any] = {"iss": "https://idp", "aud": "tidewheel", "sub": "ana", "groups": ["staff"], "exp": AT + 60}


class Provider:
    """An identity provider with a key, and the file that publishes it."""

    def __init__(self, file: Path, name: str = "k1") -> None:
        self.key, self.name, self.file = Ed25519PrivateKey.generate(), name, file
        public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(self.key.public_key()))
        file.write_text(json.dumps({"keys": [{**public, "kid": name, "use": "sig", "alg": "EdDSA"}]}))

    def token(self, **claims: object) -> str:
        said = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
        return jwt.encode(said, self.key, "EdDSA", headers={"kid": self.name})


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    return Provider(tmp_path / "jwks.json")


@pytest.fixture
def tokens(provider: Provider) -> PersonTokens:
    issuer = Issuer(issuer="https://idp", audience="tidewheel", jwks=provider.file)
    return PersonTokens(b"k" * 32, {"acme": issuer})


def test_our_token_says_who_and_in_which_groups() -> None:
    assert OURS.read(OURS.make("acme", ANA, NOW, HOUR), "acme", NOW) == ANA


def test_it_holds_for_its_tenant_and_its_time() -> None:
    token = OURS.make("acme", ANA, NOW, HOUR)
    with pytest.raises(Refused):
        OURS.read(token, "other", NOW)
    with pytest.raises(Refused, match="over"):
        OURS.read(token, "acme", NOW + HOUR + timedelta(seconds=31))


@pytest.mark.parametrize("lasts", [timedelta(0), timedelta(days=367)])
def test_no_token_lasts_for_ever(lasts: timedelta) -> None:
    with pytest.raises(Refused, match="366 days"):
        OURS.make("acme", ANA, NOW, lasts)


def test_a_forged_one_is_not_believed() -> None:
    head, body, seal = OURS.make("acme", ANA, NOW, HOUR).split(".")
    board = PersonTokens(b"o" * 32).make("acme", Person("ana", ("board",)), NOW, HOUR)
    claims = {"iss": "tidewheel", "aud": "acme", "sub": "ana", "groups": ["board"], "exp": AT + 60}
    unsigned = jwt.encode(claims, "", "none")
    for token in (board, unsigned, f"{head}.{board.split('.')[1]}.{seal}", f"{head}.{body}.", "x", "", "a.b.c", "é"):
        with pytest.raises(Refused):
            OURS.read(token, "acme", NOW)


def test_a_provider_s_token_is_believed_for_its_tenant_alone(tokens: PersonTokens, provider: Provider) -> None:
    assert tokens.read(provider.token(), "acme", NOW) == Person("ana", ("staff",))
    with pytest.raises(Refused, match="issuer"):
        tokens.read(provider.token(), "other", NOW)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-program"}, {"iss": "https://evil"}, {"exp": AT - 60}, {"exp": None}, {"nbf": AT + 3600},
        {"sub": ""}, {"sub": None}, {"groups": "board"}, {"groups": [7]}, {"groups": ["a\n"]}, {"exp": "soon"},
        {"exp": float("nan")}, {"exp": float("inf")},
    ],
)  # fmt: skip
def test_a_provider_s_token_that_says_something_else_is_not(
    tokens: PersonTokens, provider: Provider, claims: dict[str, object]
) -> None:
    with pytest.raises(Refused):
        tokens.read(provider.token(**claims), "acme", NOW)


def test_the_provider_s_public_key_is_no_secret_to_sign_with(tokens: PersonTokens, provider: Provider) -> None:
    public = provider.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    for issuer in ("https://idp", "tidewheel"):
        forged = jwt.encode({**CLAIMS, "iss": issuer, "groups": ["board"]}, public, "HS256", headers={"kid": "k1"})
        with pytest.raises(Refused):
            tokens.read(forged, "acme", NOW)


def test_a_secret_is_no_provider_s_key(tokens: PersonTokens, provider: Provider) -> None:
    shared = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ", "kid": "k1", "alg": "HS256"}
    provider.file.write_text(json.dumps({"keys": [shared]}))
    forged = jwt.encode(CLAIMS, b"secret-secret-secret-secret-1234", "HS256", headers={"kid": "k1"})
    with pytest.raises(Refused):
        tokens.read(forged, "acme", NOW)


def test_a_provider_may_not_speak_as_we_do(tokens: PersonTokens, provider: Provider) -> None:
    with pytest.raises(Refused):
        tokens.read(provider.token(iss="tidewheel", aud="acme"), "acme", NOW)


def test_keys_are_read_again_when_the_file_changed(tokens: PersonTokens, provider: Provider, tmp_path: Path) -> None:
    assert tokens.read(provider.token(), "acme", NOW)
    newer = Provider(tmp_path / "new.json", "k2")
    newer.file.replace(provider.file)
    assert tokens.read(newer.token(), "acme", NOW)
    with pytest.raises(Refused, match="no key"):
        tokens.read(provider.token(), "acme", NOW)


def test_a_missing_file_is_the_operator_s_to_mend(tokens: PersonTokens, provider: Provider) -> None:
    provider.file.unlink()
    with pytest.raises(Misconfigured, match="JWKS"):
        tokens.read(provider.token(), "acme", NOW)
