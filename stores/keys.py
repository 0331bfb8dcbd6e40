"""Private keys: the installation's, with which the services sign, and each operator's own.

    HOME/keys/installation.key      made at first need; or the setting TIDEWHEEL_SIGNING_KEY, for several machines
    HOME/keys/operators/NAME.key    made by `tidewheel operators add NAME`; or the file of TIDEWHEEL_OPERATOR_KEY

A key file is PEM (PKCS #8), readable by its owner alone. One that others may read is refused, because whoever read it
can sign in its owner's name.
"""

import base64
import binascii
import getpass
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from stores.errors import Misconfigured, Refused
from stores.private_files import private_directory
from stores.settings import Settings

OPERATOR_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}")
NAME_RULE = "letters, digits and . _ @ -, at most 64, a letter or digit first"
SEED_BYTES = PUBLIC_BYTES = 32


@dataclass(frozen=True)
class Key:
    """A private key, with its public half as 32 raw bytes."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """Return the raw public key."""
        return self.private.public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        """Return what signatures name this key by."""
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        return self.private.sign(message)

    def derived(self, purpose: str) -> bytes:
        """Return 32 secret bytes, derived from the key for a purpose other than signing; they do not reveal it."""
        return hashlib.blake2b(purpose.encode(), key=self.private.private_bytes_raw(), digest_size=32).digest()

    def pem(self) -> bytes:
        """Return the private key as it stands in a file."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def key_id(public: bytes) -> str:
    """Return the name of a raw public key: the first 32 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:32]


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether the owner of the raw public key signed exactly this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def generate() -> Key:
    """Return a new key from the operating system's randomness."""
    return Key(Ed25519PrivateKey.generate())


def parse(text: str, where: str) -> Key:
    """Return the key that a PEM text or a seed in base64 holds. Raises `Misconfigured`, which names `where` alone."""
    try:
        if "-----BEGIN" not in text:
            seed = base64.b64decode(text.strip(), validate=True)
            return Key(Ed25519PrivateKey.from_private_bytes(seed))
        private = serialization.load_pem_private_key(text.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm, binascii.Error) as error:
        raise Misconfigured(
            f"{where} holds no Ed25519 private key: PEM without a password, or a seed of {SEED_BYTES} bytes in base64"
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise Misconfigured(f"{where} holds a key of another kind; Ed25519 is needed")
    return Key(private)


def parse_public(text: str, where: str) -> bytes:
    """Return the raw public key that a base64 text holds. Raises `Misconfigured`."""
    try:
        public = base64.b64decode(text, validate=True)
        Ed25519PublicKey.from_public_bytes(public)
    except (ValueError, binascii.Error) as error:
        raise Misconfigured(f"{where} is no Ed25519 public key of {PUBLIC_BYTES} bytes in base64") from error
    return public


def read(path: Path) -> Key:
    """Return the key of a file. Raises `Misconfigured` when there is none or others than its owner may read it."""
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise Misconfigured(
                f"{path} may be read by others than its owner, who could then sign with it; run `chmod 600 {path}`, "
                "and make a new key if somebody might have read it"
            )
        return parse(path.read_text(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"the key {path} cannot be read ({error})") from error


def write_new(path: Path, key: Key) -> bool:
    """Write a key where none is, for its owner alone, whole or not at all; False when there is one already."""
    arriving = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        private_directory(path.parent)
        with open(os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.pem())
            file.flush()
            os.fsync(file.fileno())
        os.link(arriving, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise Misconfigured(f"the key {path} cannot be written ({error})") from error
    finally:
        arriving.unlink(missing_ok=True)
    return True


def directory(settings: Settings) -> Path:
    """Return where this installation's keys are."""
    return settings.home / "keys"


def installation(settings: Settings) -> Key:
    """Return the installation's key, made now if this home has none yet."""
    if given := settings.signing_key.get_secret_value():
        return parse(given, "TIDEWHEEL_SIGNING_KEY")
    path = directory(settings) / "installation.key"
    if not path.exists():
        write_new(path, generate())
    return read(path)


def operator_file(settings: Settings, name: str) -> Path:
    """Return where the operator's private key is kept. Raises `Refused` for a name that is no file's."""
    if not OPERATOR_NAME.fullmatch(name):
        raise Refused(
            f"'{name}' is no operator's name: letters, digits and . _ @ -, at most 64, a letter or digit first"
        )
    return directory(settings) / "operators" / f"{name}.key"


def operators_here(settings: Settings) -> list[str]:
    """Return the names of the operators whose private keys are in this home."""
    return sorted(path.stem for path in (directory(settings) / "operators").glob("*.key"))


def own_name() -> str:
    """Return the name of this machine's user as an operator's name."""
    name = re.sub(r"[^A-Za-z0-9._@-]+", "-", getpass.getuser()).lstrip(".@-")[:64]
    return name or "operator"
