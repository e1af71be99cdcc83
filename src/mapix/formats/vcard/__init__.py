"""Visiting cards: people and lists as vCard files, 3.0 (RFC 2426) and 4.0 (RFC 6350); 2.1 is read, too.

`from_vcards` reads a file of cards, `to_vcards` writes one; both speak `Card`, MAPI properties and what stands beside.

    >>> from mapix.properties.tags import PR_DISPLAY_NAME, PR_EMAIL_ADDRESS
    >>> ann = Card({PR_DISPLAY_NAME: "Ann Archer", PR_EMAIL_ADDRESS: "ann@example.org"})
    >>> from_vcards(to_vcards([ann])).value[0].values[PR_EMAIL_ADDRESS]
    'ann@example.org'
"""

from mapix.formats.vcard.cards import Card
from mapix.formats.vcard.reading import from_vcards
from mapix.formats.vcard.writing import to_vcards, unwritten

__all__ = ["Card", "from_vcards", "to_vcards", "unwritten"]
