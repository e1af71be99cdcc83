"""RTF taken apart: one pattern, whose groups tell what a piece is.

>>> [found.lastindex for found in TOKEN.finditer(rb"{\\b1 x\\'e4}")]
[7, 3, 8, 4, 7]
>>> [found.lastindex for found in TOKEN.finditer(rb"{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 ")]
[6, 1]
"""

from __future__ import annotations

import re
from typing import Final

TURN, WORD, NUMBER, BYTE, SYMBOL, TAG, BRACE, TEXT, NOTHING = range(1, 10)
"""The groups: a brace alone between `\\htmlrtf` and `\\htmlrtf0`; a control word (and NUMBER where it has one), a byte
in hexadecimal, a control symbol, the text of a whole group of a tag that needs no reading, a brace, text that stands
for itself, and what stands for nothing: ends of lines, a backslash at the very end."""

TOKEN: Final = re.compile(
    rb"\\(?:htmlrtf ?([{}])\\htmlrtf0 ?|([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|'([0-9a-fA-F]{2})|([^a-zA-Z]))"
    rb"|\{\\\*\\htmltag[0-9]{0,9} ?([\x20-\x5b\x5d-\x7a\x7c\x7e]*)\}"
    rb"|([{}])|([^\\{}\r\n\0]+)|([\r\n\0]+|\\)",
    re.DOTALL,
)

HIDDEN: Final = frozenset(
    b"""annotation atnauthor atndate atnicn atnid atnparent atnref atntime atrfend atrfstart author bkmkend bkmkstart
    buptim colortbl comment company creatim datafield do docvar doccomm fldinst filetbl footer footerf footerl footerr
    footnote ftncn ftnsep ftnsepc generator header headerf headerl headerr info keywords listoverridetable listtable
    nonesttables object objdata operator pict pntext printim private1 revtbl revtim rxe stylesheet subject tc template
    title txe upr userprops xe""".split()
)
"""Destinations whose content is no text of the document."""
