"""The outside: every client library lives here, behind the words of `schemas`."""
