import re

from stores import errors
from stores.errors import TidewheelError


def test_the_tree_that_is_drawn_is_the_tree() -> None:
    drawn = re.findall(r"^[├└]── (\w+)", errors.__doc__ or "", re.MULTILINE)
    assert [kind.__name__ for kind in TidewheelError.__subclasses__() if kind.__module__ == errors.__name__] == drawn
