"""Who may sign what, and whether an event was signed by whom it says.

| events | signed by |
|---|---|
| ModelTrained, ModelRefused, ShadowStarted, ShadowReady, CutoverDone | the installation |
| CutoverApproved, RolledBack, RequestDismissed, DriftMuted, TrainingStopped | the operator whom it names (`by`) |
| CutoverRefused, TrainingRequested | the operator whom it names; the installation where it names one of its services |

An operator's key may be given for some of these alone (`stores.rights`).

A signature says who speaks, not that it is new: an event that is sent again is the same event, with the same id, and an
approval or refusal names the hash of the packet that it is about.
"""

import base64
from typing import Protocol, TypeVar

from schemas.codec import Rejection
from schemas.envelope import Event
from schemas.learning import (
    CutoverApproved,
    CutoverRefused,
    Decision,
    DriftMuted,
    RequestDismissed,
    RolledBack,
    TrainingRequested,
    TrainingStopped,
)
from schemas.signature import Signature, signed_bytes
from stores import keys
from stores.errors import Misconfigured, Refused, Retryable
from stores.keys import Key
from stores.rights import EVERY, Right, beyond
from stores.settings import Settings
from stores.trusted import INSTALLATION, SERVICES, Registry, TrustedKey, hash_of

UNSIGNED, FORGED = "unsigned", "forged"
"""Codes of dead letters."""

_BY_SOMEBODY = CutoverApproved | CutoverRefused | RolledBack | RequestDismissed | DriftMuted | TrainingStopped

D = TypeVar("D", bound=Decision)


class Objecting(Protocol):
    """What a reader of decisions needs of `Signing`."""

    def objection(self, event: Event) -> Rejection | None:
        """Return why the event may be neither acted on nor shown, or None."""
        ...


class Sign(Protocol):
    """What an operator's acts need of `Signing.as_operator`."""

    def __call__(self, event: D, name: str, /) -> D:
        """Return the event with the operator's signature. Raises `Misconfigured` or `Refused`."""
        ...


class Signing:
    """The keys of one process: those that it signs with and those that it believes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._installation = keys.installation(settings)
        self.registry = Registry(settings, self._installation)

    def as_installation(self, event: D) -> D:
        """Return the event with the installation's signature."""
        return _sign(event, INSTALLATION, self._installation)

    def secret(self, purpose: str) -> bytes:
        """Return 32 bytes that follow from the installation's key: the same for a purpose as long as that key is."""
        return self._installation.derived(purpose)

    def as_operator(self, event: D, name: str) -> D:
        """Return the event with the operator's signature.

        Raises `Misconfigured` when the operator's key is not here, `Refused` when it does not hold (any more).
        """
        return self.with_key(event, name, self._key_of(name))

    def with_key(self, event: D, name: str, key: Key) -> D:
        """Return the event with the operator's signature by a key that was handed over; `Refused` as `as_operator`."""
        signed = _sign(event, name, key)
        if objection := self.objection(signed):
            raise Refused(objection.reason)
        return signed

    def holder(self, key: Key) -> TrustedKey:
        """Return the operator whose key this is, if it holds now. Raises `Refused` for any other."""
        trusted = self.registry.keys().get(key.id)
        if trusted is None:
            raise Refused("this key is none that this installation trusts; `tidewheel operators list` shows those")
        if trusted.revoked_at is not None:
            raise Refused(f"the key of '{trusted.name}' was revoked on {trusted.revoked_at:%Y-%m-%d}")
        return trusted

    def operator(self, name: str | None = None) -> str:
        """Return who decides on this machine: `name` if given, else the one operator whose key is here, else the one
        of several who has the user's own name.

        Raises `Misconfigured` when that is nobody, or more than one.
        """
        if name is not None:
            self._key_of(name)
            return name
        if self._settings.operator_key is not None:
            return self._name_of(keys.read(self._settings.operator_key))
        here = keys.operators_here(self._settings)
        if not here:
            raise Misconfigured("no operator's key is in this home; make one with `tidewheel operators add NAME`")
        if len(here) > 1 and keys.own_name() in here:
            return keys.own_name()
        if len(here) > 1:
            raise Misconfigured(f"several operators' keys are in this home; say which with --by: {', '.join(here)}")
        return here[0]

    def objection(self, event: Event) -> Rejection | None:
        """Return why the event may be neither acted on nor shown, or None.

        Raises `Retryable` while the registry cannot be trusted: then nobody can tell, and what waits is not lost.
        """
        if not isinstance(event, Decision):
            return Rejection(FORGED, f"type: {type(event).__name__} is no event of the audit trail")
        signature = event.signature
        if signature is None:
            return Rejection(UNSIGNED, "signature: missing; decisions are made with `tidewheel`, which signs them")
        public, problem, rights = self._public(signature)
        message = signed_bytes(event, signature.signer, signature.key_id)
        raw = base64.b64decode(signature.value)
        written = base64.b64encode(raw).decode() == signature.value  # its last letter could be others, too
        if not problem and not (written and keys.verifies(public, raw, message)):
            problem = f"the event is not what '{signature.signer}' signed"
        problem = problem or unauthorised(event, signature.signer) or beyond(event, signature.signer, rights)
        return Rejection(FORGED, f"signature: {problem}") if problem else None

    def _public(self, signature: Signature) -> tuple[bytes, str, frozenset[Right]]:
        """Return the raw public key that the signature has to fit, what is wrong with it, and what it is good for."""
        if signature.key_id == self._installation.id:
            return self._installation.public, _not_its(INSTALLATION, signature.signer), EVERY
        try:
            key = self.registry.keys().get(signature.key_id)
        except Misconfigured as error:
            raise Retryable(str(error)) from error
        if key is None:
            return b"", f"the key {signature.key_id} is none that this installation trusts", EVERY
        if key.revoked_at is not None and hash_of(signature) not in (key.stands or ()):
            return key.raw, f"the key of '{key.name}' was revoked on {key.revoked_at:%Y-%m-%d}", EVERY
        return key.raw, _not_its(key.name, signature.signer), key.rights

    def _key_of(self, name: str) -> Key:
        if self._settings.operator_key is not None:
            key = keys.read(self._settings.operator_key)
            if (owner := self._name_of(key)) != name:
                raise Misconfigured(f"TIDEWHEEL_OPERATOR_KEY is the key of '{owner}', not of '{name}'")
            return key
        path = keys.operator_file(self._settings, name)
        if not path.exists():
            raise Misconfigured(
                f"the operator '{name}' has no key in this home; make one with `tidewheel operators add {name}`, "
                "or name its file in TIDEWHEEL_OPERATOR_KEY"
            )
        return keys.read(path)

    def _name_of(self, key: Key) -> str:
        trusted = self.registry.keys().get(key.id)
        if trusted is None:
            raise Misconfigured("this operator's key is not registered; see `tidewheel operators list`")
        return trusted.name


def unauthorised(event: Decision, signer: str) -> str:
    """Return why `signer`, whose signature is right, may not say this, or an empty string. A pure rule."""
    if signer == INSTALLATION:
        by_rule = isinstance(event, CutoverRefused | TrainingRequested) and speaker(event) in SERVICES
        if by_rule or speaker(event) is None:
            return ""
        return f"a service may not send {type(event).__name__} in the name of '{speaker(event)}'"
    if speaker(event) is None:
        return f"'{signer}' may not send {type(event).__name__}; only the installation's services do"
    return "" if speaker(event) == signer else f"'{signer}' signed in the name of '{speaker(event)}'"


def speaker(event: Decision) -> str | None:
    """Return whose decision an event says it is; None when it is of a kind that only services send."""
    if isinstance(event, _BY_SOMEBODY):
        return event.by
    return event.requested_by if isinstance(event, TrainingRequested) else None


def _sign(event: D, signer: str, key: Key) -> D:
    # What is signed is what a reader will decode, so numbers and instants go over the wire's form once.
    plain = type(event).model_validate_json(event.model_copy(update={"signature": None}).model_dump_json())
    value = base64.b64encode(key.sign(signed_bytes(plain, signer, key.id))).decode()
    return plain.model_copy(update={"signature": Signature(signer=signer, key_id=key.id, value=value)})


def _not_its(owner: str, signer: str) -> str:
    return "" if owner == signer else f"the key is that of '{owner}', not of '{signer}'"
