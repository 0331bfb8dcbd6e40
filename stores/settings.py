"""Where things are: the only module that reads the environment.

Order of authority: `TIDEWHEEL_*` environment variables, then `stack.json` in the home directory (written by
`tidewheel up`), then the defaults below. How a job behaves (gaps, thresholds, sizes) is not here but in a frozen model
beside the job's own code, read through `stores.configuration`.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from stores.error_texts import suggestion
from stores.errors import Misconfigured

STACK_FILE = "stack.json"
SEARCH_FILE = "search.json"
RULES_FILE = "tidewheel.toml"
SECTIONS = ("streams", "drift", "training", "indexer", "retrieval", "retention", "gateway")
"""Of the rules: each is a table of the file of rules, and a variable `TIDEWHEEL_<SECTION>` above it."""

_PREFIX = "TIDEWHEEL_"
READY_VARIABLE = "TIDEWHEEL_READY_FILE"
_NO_SETTINGS = ("CONFIG", "STACK", "READY_FILE", "MINIO_PASSWORD")
"""Known all the same: the file of rules, the embedded stack's mark on its processes, the file by which they say that
they are ready, a secret of docker-compose.yml."""

KeysOf = Literal["embedding_keys", "chat_keys"]
"""The settings that hold keys by host."""

_ENDPOINTS = ("kafka_bootstrap", "redis_url", "clickhouse_url", "milvus_uri")
_SCHEMES = {
    "redis_url": ("redis", "rediss", "unix"),
    "clickhouse_url": ("http", "https"),
    "milvus_uri": ("http", "https", "tcp"),
    "search_url": ("http", "https"),
}


class Settings(BaseSettings):
    """Endpoints and directories of one installation."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore")

    home: Path = Field(default=Path(".tidewheel"), description="directory of the embedded stack, models and reports")
    kafka_bootstrap: str = Field(description="host:port[,host:port] of the Kafka brokers")
    kafka_session_timeout_s: float = Field(
        default=6.0, gt=0, description="seconds without a heartbeat until a consumer's partitions go to another"
    )
    redis_url: SecretStr = Field(description="redis://[user:password@]host:port/db")
    clickhouse_url: SecretStr = Field(description="http[s]://[user:password@]host:port")
    clickhouse_database: str = Field(default="tidewheel", description="database that holds every table")
    milvus_uri: str = Field(description="http[s]://host:port of Milvus")
    milvus_token: SecretStr = Field(default=SecretStr(""), description="user:password or API key of Milvus")
    search_url: SecretStr = Field(
        default=SecretStr(""),
        description="http[s]://:token@host:port of the resident search; empty means HOME/search.json's",
    )
    gateway_listen: str = Field(
        default="127.0.0.1:0",
        pattern=r"^[^:\s]+:[0-9]{1,5}$",
        description="host:port that the gateway listens on; port 0 is the one of last time, else a free one",
    )
    console_listen: str = Field(
        default="127.0.0.1:0",
        pattern=r"^127\.0\.0\.1:[0-9]{1,5}$",
        description="127.0.0.1:port that the console listens on; port 0 is the one of last time, else a free one",
    )
    shelf_url: str = Field(default="", description="fsspec URL of the model shelf; empty means HOME/shelf")
    tenants: tuple[str, ...] = Field(default=(), description="JSON list of tenants that may send; empty means any")
    signing_key: SecretStr = Field(
        default=SecretStr(""),
        description="the installation's private key (PEM, or a seed in base64); empty means HOME/keys/installation.key",
    )
    trusted_keys: dict[str, str] = Field(
        default_factory=dict,
        description="JSON of operators' public keys in base64 by name, beside those of HOME/keys/trusted.json; rights "
        "of a key that may not do everything stand behind it, after spaces",
    )
    operator_key: Path | None = Field(
        default=None, description="file with this operator's private key, where it is not in HOME/keys/operators"
    )
    embedding_keys: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="JSON of keys by the host of an endpoint of embeddings (`tidewheel adopt --endpoint`); a key goes "
        "to its host alone",
    )
    chat_keys: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="JSON of keys by the host of a language model's endpoint (`training.chat`); a key goes to its host "
        "alone",
    )

    @field_validator("redis_url", "clickhouse_url", "milvus_uri", "search_url")
    @classmethod
    def _is_an_address(cls, given: SecretStr | str, info: ValidationInfo) -> SecretStr | str:
        """Refuse what is no URL of a kind that the store's client takes; the error repeats nothing of it."""
        assert info.field_name is not None
        schemes = _SCHEMES[info.field_name]
        text = given.get_secret_value() if isinstance(given, SecretStr) else given
        if info.field_name == "search_url" and not text:
            return given
        scheme, _, rest = text.partition("://")
        if scheme not in schemes or not rest.strip("/"):
            raise ValueError(f"it is no URL that begins with {' or '.join(f'{name}://' for name in schemes)}")
        return given

    @property
    def shelf(self) -> str:
        """Return the model shelf's URL or absolute directory."""
        return self.shelf_url or str((self.home / "shelf").absolute())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put `stack.json` and `search.json` behind explicit arguments and the environment."""
        home = init_settings().get("home") or env_settings().get("home") or ".tidewheel"
        files = _addresses(Path(home) / STACK_FILE, _ENDPOINTS) | _addresses(Path(home) / SEARCH_FILE, ("search_url",))
        return init_settings, env_settings, InitSettingsSource(settings_cls, files)


def _addresses(file: Path, names: tuple[str, ...]) -> dict[str, Any]:
    """Return those of the named addresses that the file has; none when there is no file."""
    try:
        content = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{file} cannot be read ({error}); run `tidewheel down` and `tidewheel up`") from error
    return {name: content[name] for name in names if name in content}


def load(home: Path | None = None) -> Settings:
    """Return the settings of this process.

    Raises `Misconfigured` when an endpoint is named neither by the environment nor by a running embedded stack.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no model is ever fetched behind the user's back
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    refuse_unknown_variables()
    try:
        explicit: dict[str, Any] = {"home": home} if home else {}
        return Settings(**explicit)
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        which = f"{_PREFIX}{field[1].upper()}" if field else f"a {_PREFIX}* variable"
        raise Misconfigured(f"{which} is no JSON; a list is like '[\"acme\"]'") from error
    except ValidationError as error:
        missing = [str(p["loc"][0]) for p in error.errors() if p["type"] == "missing"]
        if missing:
            raise Misconfigured(
                "the stack is not up: run `tidewheel up`, or set "
                + ", ".join(f"{_PREFIX}{name.upper()}" for name in missing)
            ) from error
        wrong = [
            f"{_PREFIX}{str(p['loc'][0]).upper()}: {p['msg'].removeprefix('Value error, ')}" for p in error.errors()
        ]
        raise Misconfigured("; ".join(wrong)) from error


def refuse_unknown_variables() -> None:
    """Raise `Misconfigured` for a variable with our prefix that nothing reads: it is a misspelt one."""
    names = (*Settings.model_fields, *SECTIONS, *_NO_SETTINGS)
    known = {f"{_PREFIX}{name.upper()}" for name in names}
    for name in sorted(os.environ):
        if name.startswith(_PREFIX) and name not in known:
            raise Misconfigured(f"the environment variable {name} is unknown, {suggestion(name, known)}")


def rules_file(home: Path) -> tuple[Path, bool]:
    """Return the file of rules, and whether `TIDEWHEEL_CONFIG` names it (it must then be there)."""
    named = os.environ.get(f"{_PREFIX}CONFIG")
    return (Path(named).absolute(), True) if named else ((home / RULES_FILE).absolute(), False)


def rules_in_environment(section: str) -> tuple[str, str] | None:
    """Return the variable that overrides rules of a section and its text, or None when it is not set."""
    name = f"{_PREFIX}{section.upper()}"
    return (name, os.environ[name]) if name in os.environ else None


def keys_variable(keys: KeysOf) -> str:
    """Return the variable that holds the keys of one kind of endpoint."""
    return f"{_PREFIX}{keys.upper()}"


def endpoint_key(keys: KeysOf, host: str) -> SecretStr | None:
    """Return the key of an endpoint by its host, None where none is set. Raises `Misconfigured`.

    Encoders ask for it, which are given no settings, in processes that have no stores.
    """
    name = keys_variable(keys)
    try:
        found = json.loads(os.environ.get(name) or "{}").get(host)
    except (ValueError, AttributeError) as error:
        raise Misconfigured(f'{name} is no JSON of keys by host, as {{"{host}": "..."}}') from error
    return SecretStr(found) if isinstance(found, str) and found else None


def home_directory() -> Path:
    """Return the home directory alone, for callers that run before any stack is up."""
    return Path(os.environ.get(f"{_PREFIX}HOME", ".tidewheel")).absolute()


def choose_home(home: Path) -> None:
    """Make `home` the home directory of this process and of those that it starts."""
    os.environ[f"{_PREFIX}HOME"] = str(home.absolute())


def environment_with(additions: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with additions, for a process that it starts."""
    return {**os.environ, **additions}


def say_ready() -> None:
    """Tell the supervisor that started this process, if one did, that the process now does its work."""
    if path := os.environ.get(READY_VARIABLE):
        Path(path).touch()


def kafka_home() -> Path:
    """Return where a real Apache Kafka for tests and benchmarks stands (`KAFKA_HOME`), whether or not one is there."""
    return Path(os.environ.get("KAFKA_HOME", "../shared/kafka")).absolute()
