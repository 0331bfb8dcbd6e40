"""What a form sent: fields by name, bounded, each once."""

from urllib.parse import parse_qsl

from fastapi import HTTPException, Request

MOST_BYTES = 64 * 1024
MOST_FIELDS = 50

Form = dict[str, str]


async def read_form(request: Request) -> Form:
    """Return the fields of a form's body. Raises a 415, 413 or 400 for what no form of ours sends."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "a form of the console's pages sends application/x-www-form-urlencoded")
    body = bytearray()
    async for portion in request.stream():
        body += portion
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"a form holds at most {MOST_BYTES // 1024} KiB")
    return fields(bytes(body))


def fields(body: bytes) -> Form:
    """Return the fields of a body in application/x-www-form-urlencoded. Raises a 400 for what is none."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise HTTPException(400, "the form cannot be read; go back, load the page again, and try once more") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise HTTPException(400, "a field of the form came twice")
    return form
