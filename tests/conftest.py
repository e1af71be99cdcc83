"""Sessions stay within their process, except in tests of the broker. Random tests draw few examples, the same each
time: `HYPOTHESIS_PROFILE=many` draws more, and others; they are marked `random`.
"""

import os
import signal

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

SLOW = [HealthCheck.too_slow]
"""What says of a test only how busy the machine is."""

settings.register_profile("few", max_examples=40, deadline=None, suppress_health_check=SLOW, derandomize=True)
settings.register_profile("many", max_examples=1000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "few"))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as for what a shell runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test starts a broker unasked."""
    monkeypatch.setenv("MAPIX_BROKER", "off")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what hypothesis drives."""
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("random")
