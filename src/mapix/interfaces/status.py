"""Status objects: IMAPIStatus (STA-1..STA-12)."""

from __future__ import annotations

from mapix.interfaces.prop import MapiProp
from mapix.properties.errors import NoSupport


class Status(MapiProp):
    """What a resource of the session says of itself. A method whose PR_RESOURCE_METHODS bit is clear raises
    `NoSupport` (STA-3).
    """

    def validate_state(self, flags: int = 0) -> None:
        """Check that the resource works."""
        raise NoSupport("this status object does not validate its state")

    def settings_dialog(self, flags: int = 0) -> None:
        """Show the settings."""
        raise NoSupport("this status object has no settings dialog")

    def change_password(self, old: str, new: str) -> None:
        """Change the password."""
        raise NoSupport("this status object has no password")

    def flush_queues(self, flags: int = 0, target: bytes | None = None) -> None:
        """Send and fetch now (SPL-55..SPL-57)."""
        raise NoSupport("this status object has no queues")
