"""Rich text: the compressed form in which messages carry it, and what can be made of it.

`compressed` is LZFu and MELA ([MS-OXRTFCP]), in one piece or in a stream; `encapsulated` takes HTML and text out of RTF
that was made of them ([MS-OXRTFEX]), `encapsulate` puts them in. `render` makes HTML and text of any RTF.
"""

from mapix.formats.rtf.compressed import compress, decompress, decompressed_pieces, uncompressed
from mapix.formats.rtf.encapsulate import encapsulate_html, encapsulate_text
from mapix.formats.rtf.encapsulated import Encapsulated, de_encapsulate
from mapix.formats.rtf.render import HtmlOfRtf, Picture, attachment_places, to_html, to_text

__all__ = [
    "Encapsulated",
    "HtmlOfRtf",
    "Picture",
    "attachment_places",
    "compress",
    "de_encapsulate",
    "decompress",
    "decompressed_pieces",
    "encapsulate_html",
    "encapsulate_text",
    "to_html",
    "to_text",
    "uncompressed",
]
