"""Real questions: the headings of awscli's example files, by service, and their vectors, each made once."""

from functools import cache

import numpy as np

from demo.headings import clean
from demo.operations import package_directory
from streams.drift.encoder import Vectors, WordLlamaEncoder

FIRST = (
    "ec2", "autoscaling", "ecs", "eks", "elbv2", "lambda", "cloudfront", "apigateway", "lightsail", "directconnect",
)  # fmt: skip
"""Services that people ask about from the beginning."""

SECOND = ("iam", "rds", "cognito-idp", "kms", "dynamodb", "s3api", "securityhub", "comprehend", "secretsmanager")
"""Services that drift turns people to."""


@cache
def questions(service: str) -> tuple[str, ...]:
    """Return the service's headings, cleaned, without repeats."""
    found = []
    for path in sorted((package_directory("awscli") / "examples" / service).glob("*.rst")):
        heading = clean(path.read_text(errors="replace").lstrip().split("\n", 1)[0])
        if len(heading.split()) > 2 and not heading.lower().startswith("the following"):
            found.append(heading)
    return tuple(dict.fromkeys(found))


class Remembering:
    """The reference encoder, asked once for each text."""

    def __init__(self) -> None:
        self._inner = WordLlamaEncoder()
        self._known: dict[str, Vectors] = {}

    def encode(self, texts: list[str]) -> Vectors:
        """Return one unit vector a text, from memory where the text is known."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._inner.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts]) if texts else np.zeros((0, 256), np.float32)
