"""What the control words of a document's text do ([MSFT-RTF]), for `Walk`."""

from __future__ import annotations

from typing import Any, Final

from mapix.formats.rtf.blocks import DEEPEST
from mapix.formats.rtf.encapsulated import SIGNS
from mapix.formats.rtf.looks import NORMAL_SIZE, Cell, Look, Paragraph
from mapix.formats.rtf.places import Place
from mapix.formats.rtf.walk import Action, Walk

_FARTHEST: Final = 31_680
_TOGGLES: Final = {b"b": "bold", b"i": "italic", b"v": "hidden", b"caps": "caps"}
_STRIKES: Final = (b"strike", b"striked")
_UNDERLINES: Final = (
    b"ul ulc uld uldash uldashd uldashdd uldb ulhwave ulldash ulth ulthd ulthdash ulthdashd ulthdashdd ulthldash"
    b" ululdbwave ulw ulwave"
).split()
_SHIFTS: Final = {b"super": 1, b"sub": -1, b"nosupersub": 0}
_ALIGNS: Final = {b"ql": "", b"qr": "right", b"qc": "center", b"qj": "justify", b"qd": "justify"}
_LENGTHS: Final = {
    b"li": "left",
    b"lin": "left",
    b"fi": "first",
    b"ri": "right",
    b"rin": "right",
    b"sb": "before",
    b"sa": "after",
}
_CODEPAGES: Final = {b"mac": 10000, b"pc": 437, b"pca": 850}


def _set_look(**changes: Any) -> Action:
    def action(walk: Walk, number: int | None) -> None:
        walk.look = walk.look._replace(**changes)

    return action


def _toggle(name: str) -> Action:
    on, off = _set_look(**{name: True}), _set_look(**{name: False})

    def action(walk: Walk, number: int | None) -> None:
        (off if number == 0 else on)(walk, number)

    return action


def _number(name: str, default: int, most: int) -> Action:
    def action(walk: Walk, number: int | None) -> None:
        changes: dict[str, Any] = {name: default if number is None else min(max(number, 0), most)}
        walk.look = walk.look._replace(**changes)

    return action


def _length(name: str) -> Action:
    def action(walk: Walk, number: int | None) -> None:
        changes: dict[str, Any] = {name: min(max(number or 0, -_FARTHEST), _FARTHEST)}
        walk.paragraph = walk.paragraph._replace(**changes)

    return action


def _set_paragraph(**changes: Any) -> Action:
    def action(walk: Walk, number: int | None) -> None:
        walk.paragraph = walk.paragraph._replace(**changes)

    return action


def _counted(name: str, most: int) -> Action:
    def action(walk: Walk, number: int | None) -> None:
        changes: dict[str, Any] = {name: min(max(number or 0, 0), most)}
        walk.paragraph = walk.paragraph._replace(**changes)

    return action


def _place(place: Place) -> Action:
    def action(walk: Walk, number: int | None) -> None:
        walk.place = place

    return action


def _sign(sign: str) -> Action:
    def action(walk: Walk, number: int | None) -> None:
        walk.emit(sign)

    return action


def _font(walk: Walk, number: int | None) -> None:
    walk.look = walk.look._replace(font=number or 0)
    walk.codepage = walk.definitions.codepage_of(number or 0)


def _other_font(walk: Walk, number: int | None) -> None:
    """The font of letters of another script counts while that script is written."""
    if walk.script in (b"rtlch", b"dbch"):
        walk.codepage = walk.definitions.codepage_of(number or 0)


def _script(name: bytes) -> Action:
    def action(walk: Walk, number: int | None) -> None:
        walk.script = name

    return action


def _plain(walk: Walk, number: int | None) -> None:
    walk.look = Look(font=walk.definitions.plain, link=walk.look.link)
    walk.codepage = walk.definitions.codepage_of(walk.definitions.plain)


def _pard(walk: Walk, number: int | None) -> None:
    walk.paragraph = Paragraph()


def _in_table(walk: Walk, number: int | None) -> None:
    walk.paragraph = walk.paragraph._replace(depth=max(walk.paragraph.depth, 1))


def _deff(walk: Walk, number: int | None) -> None:
    walk.definitions.plain = number or 0
    walk.look = walk.look._replace(font=number or 0)


def _codepage(walk: Walk, number: int | None) -> None:
    if number:
        walk.definitions.codepage = walk.codepage = number


def _set_codepage(codepage: int) -> Action:
    return lambda walk, number: _codepage(walk, codepage)


def _paragraph(walk: Walk, number: int | None) -> None:
    if walk.place is Place.BODY:
        walk.end_paragraph()


def _line(walk: Walk, number: int | None) -> None:
    if walk.place is Place.BODY:
        walk.sink.line()


def _cell(walk: Walk, number: int | None) -> None:
    walk.end_cell(1)


def _row(walk: Walk, number: int | None) -> None:
    walk.end_row(1)


def _nested_cell(walk: Walk, number: int | None) -> None:
    walk.end_cell(max(walk.paragraph.depth, 2))


def _nested_row(walk: Walk, number: int | None) -> None:
    walk.end_row(max(walk.paragraph.depth, 2))


def _row_begins(walk: Walk, number: int | None) -> None:
    walk.cells, walk.cell, walk.bordered = [], Cell(), False


def _cell_defined(walk: Walk, number: int | None) -> None:
    if len(walk.cells) < 1000:
        walk.cells.append(walk.cell)
    walk.cell = Cell()


def _set_cell(**changes: bool) -> Action:
    def action(walk: Walk, number: int | None) -> None:
        walk.cell = walk.cell._replace(**changes)

    return action


def _footnote(walk: Walk, number: int | None) -> None:
    if walk.place is Place.BODY:
        walk.begin_aside(note=True)


def _note_mark(walk: Walk, number: int | None) -> None:
    """The number of a note, which leads to the note, and from there back; a second one is only a number."""
    if walk.place is not Place.BODY or walk.look.hidden:
        return
    mark, fresh = walk.asides.mark()
    if fresh:
        walk.is_open = True
        walk.sink.mark(mark, walk.look, back=walk.asides.in_note)
    else:
        walk.emit(str(mark))


def _bordered(walk: Walk, number: int | None) -> None:
    walk.bordered = True


def _field(walk: Walk, number: int | None) -> None:
    walk.begin_field()


def _result(walk: Walk, number: int | None) -> None:
    if walk.fields.link is not None:
        walk.look = walk.look._replace(link=walk.fields.link)


def _picture(walk: Walk, number: int | None) -> None:
    walk.begin_picture()


def _attachment(walk: Walk, number: int | None) -> None:
    """The letter behind it is only there for the place (M-045)."""
    if walk.place is Place.BODY:
        walk.sink.attachment()
        walk.skip = 1


WORDS: Final[dict[bytes, Action]] = (
    {word: _sign(sign) for word, sign in SIGNS.items()}
    | {word: _toggle(name) for word, name in _TOGGLES.items()}
    | dict.fromkeys(_STRIKES, _toggle("strike"))
    | dict.fromkeys(_UNDERLINES, _toggle("underline"))
    | {word: _set_look(shift=shift) for word, shift in _SHIFTS.items()}
    | {word: _set_paragraph(align=align) for word, align in _ALIGNS.items()}
    | {word: _length(name) for word, name in _LENGTHS.items()}
    | {word: _set_codepage(codepage) for word, codepage in _CODEPAGES.items()}
    | dict.fromkeys((b"par", b"sect", b"page", b"column"), _paragraph)
    | dict.fromkeys((b"clbrdrt", b"clbrdrb", b"clbrdrl", b"clbrdrr"), _bordered)
    | {word: _script(word) for word in (b"rtlch", b"ltrch", b"dbch", b"loch", b"hich")}
    | {
        b"af": _other_font,
        b"ansicpg": _codepage,
        b"cb": _number("back", 0, 10_000),
        b"cell": _cell,
        b"cellx": _cell_defined,
        b"cf": _number("colour", 0, 10_000),
        b"chcbpat": _number("back", 0, 10_000),
        b"chftn": _note_mark,
        b"clmrg": _set_cell(joined=True),
        b"clvmrg": _set_cell(below=True),
        b"colortbl": _place(Place.COLOURS),
        b"deff": _deff,
        b"deleted": _toggle("strike"),
        b"do": _place(Place.OBJECT),
        b"f": _font,
        b"field": _field,
        b"fldinst": _place(Place.INSTRUCTION),
        b"fldrslt": _result,
        b"fonttbl": _place(Place.FONTS),
        b"footnote": _footnote,
        b"fs": _number("size", NORMAL_SIZE, 3276),
        b"highlight": _number("back", 0, 10_000),
        b"ilvl": _counted("level", 8),
        b"intbl": _in_table,
        b"itap": _counted("depth", DEEPEST),
        b"line": _line,
        b"lbr": _line,
        b"listoverridetable": _place(Place.LISTS),
        b"listtable": _place(Place.LISTS),
        b"listtext": _place(Place.MARKER),
        b"ls": _counted("list", 65_535),
        b"ltrpar": _set_paragraph(rtl=False),
        b"nestcell": _nested_cell,
        b"nestrow": _nested_row,
        b"nonshppict": _place(Place.SKIPPED),
        b"objattph": _attachment,
        b"object": _place(Place.OBJECT),
        b"pard": _pard,
        b"pict": _picture,
        b"plain": _plain,
        b"pntext": _place(Place.MARKER),
        b"row": _row,
        b"rtlpar": _set_paragraph(rtl=True),
        b"shprslt": _place(Place.SKIPPED),
        b"tab": _sign("\t"),
        b"trowd": _row_begins,
        b"ulnone": _set_look(underline=False),
        b"upr": _place(Place.UPR),
    }
)
