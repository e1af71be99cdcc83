"""What the parts of a message share while it is read: where defects go, and the code pages of its 8-bit text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.formats.defects import Defects
from mapix.formats.msg.texts import Texts
from mapix.properties.tags import PR_INTERNET_CPID, PR_MESSAGE_CODEPAGE, PR_MESSAGE_LOCALE_ID

if TYPE_CHECKING:
    from mapix.formats.msg.properties import PropertyObject

_TELLING = (PR_MESSAGE_CODEPAGE, PR_MESSAGE_LOCALE_ID, PR_INTERNET_CPID)


class Context:
    """Shared by a message, its recipients and its attachments; `above` is that of the message around it."""

    __slots__ = ("_texts", "above", "defects", "message")

    def __init__(self, defects: Defects, above: Context | None = None, *, texts: Texts | None = None) -> None:
        self.defects = defects
        self.above = above
        self.message: PropertyObject | None = None
        self._texts = texts

    @property
    def texts(self) -> Texts:
        """The code pages of 8-bit text, found when the first of it is read."""
        if self._texts is None:
            told = {} if self.message is None else {tag: self.message.get(tag) for tag in _TELLING}
            self._texts = Texts.of(told, None if self.above is None else self.above.texts)
        return self._texts
