"""What the parts of a message share while it is read: where defects go, and the code pages of its 8-bit text."""

from __future__ import annotations

from collections.abc import Mapping

from mapix.formats.defects import Defects
from mapix.formats.msg.forms import FIXED
from mapix.formats.msg.texts import Texts
from mapix.properties.tags import PR_INTERNET_CPID, PR_MESSAGE_CODEPAGE, PR_MESSAGE_LOCALE_ID

_TELLING = (PR_MESSAGE_CODEPAGE, PR_MESSAGE_LOCALE_ID, PR_INTERNET_CPID)


class Context:
    """Shared by a message, its recipients and its attachments; `above` is that of the message around it, `entries` are
    those of the message.
    """

    __slots__ = ("_texts", "above", "defects", "entries")

    def __init__(self, defects: Defects, above: Context | None = None, *, texts: Texts | None = None) -> None:
        self.defects = defects
        self.above = above
        self.entries: Mapping[int, bytes] = {}
        self._texts = texts

    @property
    def texts(self) -> Texts:
        """The code pages of 8-bit text, found when the first of it is read."""
        if self._texts is None:
            entries = self.entries
            told = {tag: FIXED[tag.type](entries[tag]) for tag in _TELLING if tag in entries}
            self._texts = Texts.of(told, None if self.above is None else self.above.texts)
        return self._texts
