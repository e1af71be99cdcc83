"""Sessions stay within their process, except in tests of the broker. Random tests draw fewer examples than they might:
`HYPOTHESIS_PROFILE=many` draws more.
"""

import os

import pytest
from hypothesis import settings

settings.register_profile("few", max_examples=40, deadline=None)
settings.register_profile("many", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "few"))


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test starts a broker unasked."""
    monkeypatch.setenv("MAPIX_BROKER", "off")
