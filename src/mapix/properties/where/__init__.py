"""Restrictions as people write them: `subject ~ "budget" and received > 2026-01-01 and has attachments`.

`parser.parse_where` reads the text, `printer.print_where` writes it.
"""

from mapix.properties.where.errors import WhereError
from mapix.properties.where.parser import parse_where
from mapix.properties.where.printer import print_where

__all__ = ["WhereError", "parse_where", "print_where"]
