"""What Redis holds can be altered by whoever has its password: what fits no event of ours is refused in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from stores.errors import Refused


@contextmanager
def refused_if_altered(tenant: str) -> Iterator[None]:
    """Raise `Refused` for an event that cannot be made of what Redis says of this tenant."""
    try:
        yield
    except ValidationError as error:
        fields = ", ".join(sorted({str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}))
        raise Refused(
            f"what Redis holds of '{tenant}' was not put there by a service ({fields}); look at `tidewheel status`"
        ) from error
