"""A member of a list that is being added: it is one once it has been saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.interfaces.addrbook import MailUser
from mapix.interfaces.prop import Access, ObjectType
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.properties.entryid import OneOff, is_one_off, provider_uid
from mapix.properties.errors import InvalidParameter
from mapix.properties.tags import PR_ADDRTYPE, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS
from mapix.providers.contacts.book import SMTP
from mapix.providers.contacts.ids import Kind, read_id
from mapix.providers.contacts.members import add_foreign
from mapix.providers.contacts.world import one_off_values

if TYPE_CHECKING:
    from mapix.providers.contacts.world import World


class NewMember(PropertyBag, MailUser):
    """Somebody who joins the list with this number when he is saved; `template` is his entry, where he has one."""

    object_type = ObjectType.MAILUSER

    def __init__(self, world: World, number: int, template: bytes | None) -> None:
        self._world = world
        self._number = number
        self._entry_id = None if self._is_template(template) else template
        values = {} if self._entry_id is None else world.snapshot(self._entry_id)
        super().__init__(MemorySource(values), access=Access.MODIFY, life=world.life)

    def _has_changes(self) -> bool:
        return True

    def _save(self, force: bool) -> None:
        from mapix.providers.contacts.entries import join

        if self._entry_id is not None:
            join(self._world, self._number, self._entry_id)
        else:
            person = self._person()
            add_foreign(self._world.book, self._number, person.dump(), one_off_values(person))
        super()._save(force)

    def _person(self) -> OneOff:
        address = self._value(PR_EMAIL_ADDRESS)
        if not address:
            raise InvalidParameter("a member needs an address")
        kind = (self._value(PR_ADDRTYPE) or SMTP).upper()
        return OneOff(self._value(PR_DISPLAY_NAME) or address, kind, address)

    def _is_template(self, template: bytes | None) -> bool:
        if not template:
            return True
        if is_one_off(template) or provider_uid(template) != self._world.book.uid:
            return False
        return read_id(self._world.book.uid, template)[0] is Kind.TEMPLATE
