"""Where texts may be sent; `tests/retrieval/test_endpoint.py` tries more addresses."""

import pytest

from stores.endpoint_address import safe_address


def test_encrypted_and_this_machine_and_nothing_else() -> None:
    for url in ("https://api.example.com/v1", "http://127.0.0.1:11434/v1", "http://[::1]:1/v1", "http://localhost/v1"):
        assert safe_address(url) == url
    for url in ("http://api.example.com/v1", "http://127.0.0.1.example.com", "http://169.254.169.254/", "file:///etc"):
        with pytest.raises(ValueError, match="in the clear"):
            safe_address(url)
    for url in ("https://user:key@api.example.com", "https://api.example.com?key=1", "https://api.example.com#key"):
        with pytest.raises(ValueError, match="no user, key, query or fragment"):
            safe_address(url)
