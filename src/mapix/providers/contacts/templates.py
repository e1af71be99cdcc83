"""What entries of an address book are made from: its templates (ABK-66, ABK-73)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from mapix.interfaces.table import MapiTable
from mapix.objects.tables.tabledata import TableData
from mapix.properties.errors import NotFound
from mapix.properties.flags import DT_MAILUSER, DT_PRIVATE_DISTLIST
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DEPTH,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_SELECTABLE,
)
from mapix.providers.contacts.book import PERSONAL_LIST, SMTP, Book
from mapix.providers.contacts.ids import Kind


class Template(IntEnum):
    """The templates of a book, by the numbers of their identifiers."""

    USER = 1
    LIST = 2


_ROWS: Final = (
    (Template.USER, "Contact", DT_MAILUSER, SMTP),
    (Template.LIST, "Distribution list", DT_PRIVATE_DISTLIST, PERSONAL_LIST),
)


def template_id(book: Book, template: Template) -> bytes:
    """The identifier of a template."""
    return book.identifier(Kind.TEMPLATE, template)


def kind_made(number: int) -> Kind:
    """What the template with this number makes; `NotFound`."""
    if number not in tuple(Template):
        raise NotFound("the address book has no such template", value=number)
    return Kind.LIST if number == Template.LIST else Kind.USER


def template_table(book: Book, *, lists: bool = True) -> MapiTable:
    """The templates as a one-off table; without `lists` those for recipients of a message."""
    rows = [
        {
            PR_DISPLAY_NAME: name,
            PR_ENTRYID: template_id(book, template),
            PR_INSTANCE_KEY: template_id(book, template),
            PR_DEPTH: 0,
            PR_SELECTABLE: True,
            PR_ADDRTYPE: address_type,
            PR_DISPLAY_TYPE: display_type,
        }
        for template, name, display_type, address_type in _ROWS
        if lists or template != Template.LIST
    ]
    columns = (PR_DISPLAY_NAME, PR_ENTRYID, PR_DEPTH, PR_SELECTABLE, PR_ADDRTYPE, PR_DISPLAY_TYPE, PR_INSTANCE_KEY)
    return TableData(columns, rows).view()
