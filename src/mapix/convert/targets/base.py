"""What every target has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from mapix.convert.plan import Plan
from mapix.properties.content import MessageContent


class Target(ABC):
    """Writes messages of one format. `beside` tells that it may write a folder beside its file."""

    beside: ClassVar[bool] = False

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def fits(self, content: MessageContent) -> bool:
        """Whether the format holds such a message."""
        return True

    @abstractmethod
    def write(self, content: MessageContent, path: Path, title: str) -> Any:
        """Write a message to a new file; `title` is the name that the file will have, without its suffix.

        Returns: None; a target of many messages returns what goes into it instead where that is small.
        """
