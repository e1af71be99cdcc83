"""Sessions stay within their process, except in tests of the broker."""

import pytest


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test starts a broker unasked."""
    monkeypatch.setenv("MAPIX_BROKER", "off")
