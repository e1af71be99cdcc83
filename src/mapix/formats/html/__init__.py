"""HTML bodies: read as plain text, and made of plain text."""

from mapix.formats.html.from_text import document, from_text
from mapix.formats.html.to_text import to_text

__all__ = ["document", "from_text", "to_text"]
