"""Stores that could not be had: they have a row in the status table that says why (SES-21, SES-31)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from mapix.properties.errors import FailOneProvider, MapiError
from mapix.properties.flags import STATUS_FAILURE, STATUS_TEMP_SECTION
from mapix.properties.tags import PR_STATUS_CODE, PR_STATUS_STRING
from mapix.subsystem.profiles.profile import Pair

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore

T = TypeVar("T")


class FailedStores:
    """The stores of a session that are out of use, or were when somebody last wanted one."""

    def __init__(self, core: SessionCore) -> None:
        self._core = core
        self._shown: set[bytes] = set()

    def attempt(self, pair: Pair, call: Callable[[], T], *, lenient: bool = False) -> T:
        """Ask a store's provider as `Providers.attempt` does; a failure that is more than a passing one is shown."""
        providers = self._core.providers
        if providers.is_enabled(pair[0]):
            self._take_back(pair[1].uid)
        try:
            return providers.attempt(*pair, call, lenient=lenient)
        except MapiError as error:
            if isinstance(error, FailOneProvider) or not providers.is_enabled(pair[0]):
                self._show(pair, error)
            raise

    def _show(self, pair: Pair, error: MapiError) -> None:
        uid = pair[1].uid
        if uid not in self._shown and not pair[1].resource_flags & STATUS_TEMP_SECTION:
            self._shown.add(uid)
            told = {PR_STATUS_CODE: STATUS_FAILURE, PR_STATUS_STRING: str(error)}
            self._core.provider_status(*pair, told, update=True)

    def _take_back(self, uid: bytes) -> None:
        if uid in self._shown:
            self._shown.discard(uid)
            self._core.status.remove(uid)
