"""How the gateway behaves: the section `gateway`."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.ubi.actions import Meaning
from operations.person_tokens import Issuer
from schemas.ids import TenantId

Origin = Annotated[str, Field(pattern=r"^https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$", max_length=300)]
"""As browsers write it: scheme, host in lower case, and a port that is not the scheme's own."""

ActionName = Annotated[str, Field(min_length=1, max_length=100)]


class BodyRules(BaseModel):
    """What a request may weigh. A larger one is answered before it is read to its end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sent_mib: int = Field(default=8, ge=1, le=64, description="MiB of a body as it is sent")
    inflated_mib: int = Field(default=32, ge=1, le=64, description="MiB of a body once it is unpacked")
    items: int = Field(default=10_000, ge=1, le=100_000, description="events of one body")
    within_s: float = Field(default=20.0, gt=0, description="seconds in which a body must have come whole")
    held_mib: int = Field(
        default=256, ge=2, description="MiB of bodies held at once, of all requests; one more is asked to come again"
    )
    key_share: float = Field(
        default=0.5, gt=0, le=1, description="part of `held_mib` for one key at most, so that none shuts out the others"
    )

    @model_validator(mode="after")
    def _holds_the_largest(self) -> Self:
        largest = self.sent_mib + self.inflated_mib
        if self.held_mib * self.key_share < largest:
            raise ValueError(
                f"held_mib: {self.held_mib} MiB, of which a key has {self.key_share:g}, do not hold one largest body, "
                f"as it is sent and unpacked ({self.sent_mib} + {self.inflated_mib} MiB)"
            )
        return self


class DeliveryRules(BaseModel):
    """How events go to the broker."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    waiting: int = Field(
        default=50_000, ge=1, description="events that wait for the broker; a request beyond is answered 429"
    )
    waiting_mib: int = Field(default=256, ge=1, description="MiB of events that wait for the broker, likewise")
    within_s: float = Field(default=10.0, ge=1, description="seconds until an undelivered event is answered 503")
    linger_ms: float = Field(default=1.0, ge=0, description="milliseconds that the producer gathers records")


class LimitRules(BaseModel):
    """How much one key may ask of all gateways together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    events_per_s: float = Field(default=50_000.0, gt=0, description="events a second, in the long run")
    events_burst: int = Field(default=200_000, ge=1, description="events at once, after a pause")
    searches_per_s: float = Field(default=200.0, gt=0, description="searches and documents a second, in the long run")
    searches_burst: int = Field(default=400, ge=1, description="searches and documents at once, after a pause")


class UbiRules(BaseModel):
    """How events of the User Behavior Insights standard are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actions: dict[ActionName, Meaning] = Field(
        default={},
        description="your own action names, above the table that is built in: opened, shown, cited, liked, disliked; "
        "ignored for what shall be counted alone",
    )
    applications: dict[ActionName, TenantId] = Field(
        default={}, description="`application` to the one tenant whose key may send it; others may come with any key"
    )


class PageRules(BaseModel):
    """Which web pages may send clicks, with the search's token as their only key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origins: tuple[Origin, ...] = Field(
        default=(),
        description="origins of pages that may send clicks, such as https://intranet.example; a browser names the "
        "page's, and a program none",
    )


class GatewayConfig(BaseModel):
    """All rules of the gateway."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: BodyRules = BodyRules()
    delivery: DeliveryRules = DeliveryRules()
    limits: LimitRules = LimitRules()
    ubi: UbiRules = UbiRules()
    pages: PageRules = PageRules()
    connections: int = Field(default=1_000, ge=1, description="requests at once; one more is answered 503")
    at_work: int = Field(default=32, ge=1, description="requests worked on in threads at once; others wait")
    remembered_h: int = Field(
        default=24, ge=1, le=24 * 31, description="hours in which a click on a search's token or id finds its search"
    )
    issuers: dict[TenantId, Issuer] = Field(
        default={}, description="a tenant's identity provider, whose tokens say in which groups a person is"
    )
