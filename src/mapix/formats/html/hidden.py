"""Which parts of HTML are not shown: elements that never are, and those whose attributes say so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mapix.formats.html.tokens import VOID, Kind, Token, attributes

BLOCKS: Final = frozenset(
    re.findall(
        r"\w+",
        """address article aside body caption center dd details dialog dir div dt fieldset figcaption figure footer form
    header html legend main menu nav option section summary tbody tfoot thead""",
    )
)
APART: Final = frozenset(re.findall(r"\w+", "p h1 h2 h3 h4 h5 h6 dl table blockquote pre listing xmp ul ol hr"))
"""Blocks with an empty line before and behind them."""

HIDDEN: Final = frozenset(
    re.findall(r"\w+", "head script style title template iframe noembed noframes object svg select datalist")
)
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)


@dataclass(slots=True)
class _Element:
    """An element that is not shown: its name, and how many of the same name are open."""

    name: str
    depth: int = 1


class Shown:
    """Asked for each token of a document in turn, whether it is shown."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._hidden: _Element | None = None

    def __call__(self, token: Token) -> bool:
        """Whether this token, the next one, is shown."""
        if self._hidden is not None and not self._reappears(self._hidden, token):
            return False
        if token.kind is not Kind.OPEN or not self._is_hidden(token):
            return True
        if token.name not in VOID:
            self._hidden = _Element(token.name)
        return False

    def _reappears(self, hidden: _Element, token: Token) -> bool:
        """Whether `token` ends what is hidden and means something itself."""
        if hidden.name == "p" and token.kind is Kind.OPEN and (token.name in BLOCKS or token.name in APART):
            self._hidden = None
            return True
        if token.name == hidden.name:
            hidden.depth += 1 if token.kind is Kind.OPEN else -1
        elif hidden.name == "head" and token.kind is Kind.OPEN and token.name == "body":
            hidden.depth = 0
        if hidden.depth <= 0:
            self._hidden = None
        return False

    def _is_hidden(self, token: Token) -> bool:
        if token.name in HIDDEN:
            return True
        # Most tags say nothing about it, so their attributes need no reading.
        text = self._html[token.inside : min(token.end, token.inside + 4096)]
        lower = text.lower()
        if "hid" not in lower and "none" not in lower:
            return False
        found = attributes(self._html, token)
        if token.name == "input":
            return found.get("type", "").lower() == "hidden"
        return "hidden" in found or _INVISIBLE.search(found.get("style", "")) is not None
