"""Fonts whose letters are signs, as the characters of Unicode that they show.

>>> in_unicode("a", "Symbol"), in_unicode("\\uf04a", "Wingdings"), in_unicode("x", "Webdings")
('α', '☺', 'x')
"""

from __future__ import annotations

from typing import Final

_SYMBOL: Final = dict(
    zip(
        map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
        "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖαβχδεφγηιϕκλμνοπθρστυϖωξψζ",
        strict=True,
    )
) | dict(
    zip(
        bytes.fromhex("22242d5ca1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbc")
        + bytes.fromhex("c4c5c6c7c8c9cacbcccdcecfd0d1d5d6d7d8d9dadbdcdddedfe0e1e5f1f2"),
        "∀∃−∴ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈∑〉∫",
        strict=True,
    )
)
_WINGDINGS: Final = dict(
    zip(
        bytes.fromhex(
            "21222328292a363a3f414243444546474a4b4c4d4e51525455a7a8d8dfe0e1e2e8f0fbfcfdfe6c6e6f717273747576779f"
        ),
        "✏✂✁☎✆✉⌛🖥✍✌👌👍👎☜☞☝☺😐☹💣☠✈☼❄🕆▪◻➢←→↑↓➔⇨✗✔☒☑●■□❑❒⬧⧫◆❖⬥•",
        strict=True,
    )
)
_TABLES: Final = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}
_PRIVATE: Final = 0xF000


def in_unicode(text: str, font: str) -> str:
    """Letters of a font of signs as what they show; those of other fonts, and unknown ones, stay."""
    table = _TABLES.get(font.lower())
    if table is None:
        return text
    return "".join(table.get(ord(letter) - _PRIVATE if letter >= "\uf000" else ord(letter), letter) for letter in text)
