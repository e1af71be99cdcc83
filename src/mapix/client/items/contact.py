"""Contacts (IPM.Contact): names, addresses, telephones, a photo. Source: [MS-OXOCNTC].

    ann = mapix.Contact(
        given_name="Ann", surname="Archer", company="Example Ltd",
        emails=["ann@example.org"], mobile_phone="+44 7700 900123",
        work_address=mapix.PostalAddress("1 High Street", "Oxford", postal_code="OX1 1AA"),
        birthday=date(1980, 4, 1), photo="ann.jpg",
    )
    ann.save("ann.msg")

What follows from the fields is made at every save: the whole name, what it is filed under, initials, the address for
mail, the list of electronic addresses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, Unpack

from mapix.client.fields import Text
from mapix.client.items.base import SE_COERCE_TO_INBOX, SE_OPEN_TO_DELETE, SE_OPEN_TO_MOVE, Item
from mapix.client.items.contactfields import ContactFields
from mapix.client.items.electronic import EMAILS, FAXES, EmailAddress, note_addresses, read_emails, write_emails
from mapix.client.items.fields import NO_DATE, NamedText, midnight
from mapix.client.items.postal import HOME, MAILING, OTHER, WORK, Parts, Postal, put_address
from mapix.client.place import Place
from mapix.client.recipient import Recipient
from mapix.interfaces.message import Message as MapiMessage
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.errors import InvalidParameter
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.times import TICKS_PER_SECOND, readable

PHOTO_NAME: Final = "ContactPicture.jpg"

_MAILING: Final[Mapping[str, tuple[int, Parts | None]]] = {
    "none": (0, None),
    "home": (1, HOME),
    "work": (2, WORK),
    "other": (3, OTHER),
}
"""PidLidPostalAddressId ([MS-OXOCNTC] 2.2.1.3.9)."""

_LAST_FIRST: Final = 0x8017
_COMPANY: Final = 0x3A16
_DISPLAY_NAME: Final = 0x3001
_OWN: Final = -1
"""PidLidFileUnderId ([MS-OXOCNTC] 2.2.1.1.12)."""

_BEFORE_NOON: Final = (12 * 60 - 1) * 60 * TICKS_PER_SECOND
_NAMES: Final = (
    t.PR_DISPLAY_NAME_PREFIX,
    t.PR_GIVEN_NAME,
    t.PR_MIDDLE_NAME,
    t.PR_SURNAME,
    t.PR_GENERATION,
    t.PR_COMPANY_NAME,
    t.PR_NICKNAME,
)


class Contact(Item):
    """Somebody. `emails` are up to three, `mailing_address` says which of the addresses mail goes to."""

    ITEM_CLASS = "IPM.Contact"
    ICON = 0x200
    SIDE_EFFECTS = SE_OPEN_TO_DELETE | SE_COERCE_TO_INBOX | SE_OPEN_TO_MOVE

    display_name = Text(t.PR_DISPLAY_NAME, "The whole name; made of its parts where nobody sets it.")
    title = Text(t.PR_DISPLAY_NAME_PREFIX, "`Dr`, before the name.")
    given_name = Text(t.PR_GIVEN_NAME, "First name.")
    middle_name = Text(t.PR_MIDDLE_NAME, "What stands between.")
    surname = Text(t.PR_SURNAME, "Family name.")
    suffix = Text(t.PR_GENERATION, "`Jr`, behind the name.")
    nickname = Text(t.PR_NICKNAME, "What friends say.")
    initials = Text(t.PR_INITIALS, "Of the names.")
    file_as = NamedText(n.PidLidFileUnder, "Where it stands in a list: `Archer, Ann`.")
    yomi_given_name = NamedText(n.PidLidYomiFirstName, "How the first name is said.")
    yomi_surname = NamedText(n.PidLidYomiLastName, "How the family name is said.")
    yomi_company = NamedText(n.PidLidYomiCompanyName, "How the company's name is said.")

    company = Text(t.PR_COMPANY_NAME, "The company.")
    job_title = Text(t.PR_TITLE, "What they do there.")
    department = Text(t.PR_DEPARTMENT_NAME, "Where in the company.")
    office = Text(t.PR_OFFICE_LOCATION, "Where in the building.")
    manager = Text(t.PR_MANAGER_NAME, "Whom they report to.")
    assistant = Text(t.PR_ASSISTANT, "Who assists.")
    profession = Text(t.PR_PROFESSION, "What they have learned.")
    spouse = Text(t.PR_SPOUSE_NAME, "Husband or wife.")
    hobbies = Text(t.PR_HOBBIES, "What they like.")
    language = Text(t.PR_LANGUAGE, "What they speak.")
    location = Text(t.PR_LOCATION, "Where they are.")
    referred_by = Text(t.PR_PREFERRED_BY_NAME, "Who named them.")
    customer_id = Text(t.PR_CUSTOMER_ID, "Their number as a customer.")
    government_id = Text(t.PR_GOVERNMENT_ID_NUMBER, "Their number at a government's office.")
    account = Text(t.PR_ACCOUNT, "Their account.")
    web_page = Text(t.PR_BUSINESS_HOME_PAGE, "Page of the company.")
    personal_page = Text(t.PR_PERSONAL_HOME_PAGE, "Page of their own.")
    im_address = NamedText(n.PidLidInstantMessagingAddress, "For instant messages.")
    free_busy_url = NamedText(n.PidLidFreeBusyLocation, "Where it is told when they are free.")
    user_field1 = NamedText(n.PidLidContactUserField1, "For the user.")
    user_field2 = NamedText(n.PidLidContactUserField2, "For the user.")
    user_field3 = NamedText(n.PidLidContactUserField3, "For the user.")
    user_field4 = NamedText(n.PidLidContactUserField4, "For the user.")

    business_phone = Text(t.PR_BUSINESS_TELEPHONE_NUMBER, "At work.")
    business_phone2 = Text(t.PR_BUSINESS2_TELEPHONE_NUMBER, "At work, the second.")
    home_phone = Text(t.PR_HOME_TELEPHONE_NUMBER, "At home.")
    home_phone2 = Text(t.PR_HOME2_TELEPHONE_NUMBER, "At home, the second.")
    mobile_phone = Text(t.PR_MOBILE_TELEPHONE_NUMBER, "Everywhere.")
    primary_phone = Text(t.PR_PRIMARY_TELEPHONE_NUMBER, "To be tried first.")
    other_phone = Text(t.PR_OTHER_TELEPHONE_NUMBER, "Another.")
    car_phone = Text(t.PR_CAR_TELEPHONE_NUMBER, "In the car.")
    radio_phone = Text(t.PR_RADIO_TELEPHONE_NUMBER, "By radio.")
    pager = Text(t.PR_PAGER_TELEPHONE_NUMBER, "Pager.")
    callback_phone = Text(t.PR_CALLBACK_TELEPHONE_NUMBER, "To call back.")
    company_phone = Text(t.PR_COMPANY_MAIN_PHONE_NUMBER, "The company's.")
    assistant_phone = Text(t.PR_ASSISTANT_TELEPHONE_NUMBER, "The assistant's.")
    text_phone = Text(t.PR_TTYTDD_PHONE_NUMBER, "For the deaf.")
    telex = Text(t.PR_TELEX_NUMBER, "Telex.")
    isdn = Text(t.PR_ISDN_NUMBER, "ISDN.")
    business_fax = Text(t.PR_BUSINESS_FAX_NUMBER, "Fax at work.")
    home_fax = Text(t.PR_HOME_FAX_NUMBER, "Fax at home.")
    primary_fax = Text(t.PR_PRIMARY_FAX_NUMBER, "Another fax.")

    home_address = Postal(HOME, "Where they live.")
    work_address = Postal(WORK, "Where they work.")
    other_address = Postal(OTHER, "Another one.")

    def __init__(
        self,
        mapi: MapiMessage | None = None,
        *,
        place: Place | None = None,
        row: Mapping[PropTag, Any] | None = None,
        **fields: Unpack[ContactFields],
    ) -> None:
        super().__init__(mapi, place=place, row=row, **fields)

    @property
    def emails(self) -> list[EmailAddress]:
        """Addresses for mail, up to three; set from texts too."""
        return read_emails(self)

    @emails.setter
    def emails(self, value: Sequence[str | EmailAddress]) -> None:
        wanted = [value] if isinstance(value, str) else value
        write_emails(self, [EmailAddress.of(one) for one in wanted])
        self._changed.update(parts.address for parts in EMAILS)

    @property
    def email(self) -> str | None:
        """The first address for mail."""
        return next((one.address for one in self.emails), None)

    @property
    def birthday(self) -> date | None:
        """The day of birth."""
        return self._day(n.PidLidBirthdayLocal, t.PR_BIRTHDAY)

    @birthday.setter
    def birthday(self, value: date | None) -> None:
        self._put_day(n.PidLidBirthdayLocal, t.PR_BIRTHDAY, value, "birthday")

    @property
    def anniversary(self) -> date | None:
        """The day of the wedding."""
        return self._day(n.PidLidWeddingAnniversaryLocal, t.PR_WEDDING_ANNIVERSARY)

    @anniversary.setter
    def anniversary(self, value: date | None) -> None:
        self._put_day(n.PidLidWeddingAnniversaryLocal, t.PR_WEDDING_ANNIVERSARY, value, "anniversary")

    @property
    def children(self) -> tuple[str, ...]:
        """The names of the children."""
        return tuple(self.get(t.PR_CHILDRENS_NAMES) or ())

    @children.setter
    def children(self, value: Sequence[str]) -> None:
        self.set(t.PR_CHILDRENS_NAMES, tuple(value) or None)

    @property
    def mailing_address(self) -> str:
        """Which address mail goes to: `home`, `work`, `other` or `none`."""
        number = self._value(n.PidLidPostalAddressId)
        return next((name for name, (told, _) in _MAILING.items() if told == number), "none")

    @mailing_address.setter
    def mailing_address(self, value: str) -> None:
        if value not in _MAILING:
            raise InvalidParameter("not one of a contact's addresses", value=value, hint="home, work, other, none")
        self.set_named(n.PidLidPostalAddressId, t.PR_IMPORTANCE.type, _MAILING[value][0])

    @property
    def photo(self) -> bytes | None:
        """The picture, None where there is none; set from a file or bytes."""
        found = [one for one in self.attachments if one.get(t.PR_ATTACHMENT_CONTACTPHOTO)]
        return found[0].data if found else None

    @photo.setter
    def photo(self, value: str | Path | bytes | None) -> None:
        for one in [one for one in self.attachments if one.get(t.PR_ATTACHMENT_CONTACTPHOTO)]:
            self.mapi.delete_attach(one.get(t.PR_ATTACH_NUM))
        if value is not None:
            made = self.attach(value, PHOTO_NAME)
            made.set(t.PR_ATTACHMENT_CONTACTPHOTO, True)
            made.set(t.PR_ATTACHMENT_HIDDEN, True)
            made.save()
        self._put({n.PidLidHasPicture: value is not None})

    def as_recipient(self, kind: str = "to", number: int = 0) -> Recipient:
        """The contact as somebody to write to, at the address `number` of `emails`; `InvalidParameter` without it."""
        emails = self.emails
        if number >= len(emails):
            raise InvalidParameter("the contact has no such address", value=number)
        return Recipient(self.display_name or emails[number].name, emails[number].address, kind)

    def _complete(self) -> None:
        super()._complete()
        if self._follows(t.PR_DISPLAY_NAME, *_NAMES):
            self._put({t.PR_DISPLAY_NAME: self._composed() or None})
        shown = self.display_name or self.email or ""
        if self._follows(t.PR_SUBJECT, t.PR_DISPLAY_NAME, *_NAMES):
            self._put({t.PR_SUBJECT: self._joined(_NAMES[1:5]) or shown or None})
        if self._follows(t.PR_INITIALS, *_NAMES):
            letters = [(self.get(tag) or "")[:1] for tag in _NAMES[1:4]]
            self._put({t.PR_INITIALS: "".join(f"{letter}." for letter in letters if letter) or None})
        self._file(shown)
        self._copy_mailing_address()
        if self._touched(*_NAMES, t.PR_DISPLAY_NAME, *FAXES, *(parts.address for parts in EMAILS)):
            note_addresses(self, shown)
        if self._made:
            self._put_missing({n.PidLidAutoLog: False, n.PidLidHasPicture: False})

    def _file(self, shown: str) -> None:
        """What the contact stands under in a list (2.2.1.1.11, 2.2.1.1.12)."""
        if n.PidLidFileUnder in self._changed and self.file_as:
            self._put({n.PidLidFileUnderId: _OWN})
        elif self._follows(n.PidLidFileUnder, t.PR_DISPLAY_NAME, *_NAMES) and self._file_id() != _OWN:
            first = self._joined((t.PR_GIVEN_NAME, t.PR_MIDDLE_NAME))
            named = ", ".join(filter(None, (self.surname, first)))
            choices = ((named, _LAST_FIRST), (self.company, _COMPANY), (shown, _DISPLAY_NAME))
            text, how = next((one for one in choices if one[0]), (self.email, _OWN))
            self._put({n.PidLidFileUnder: text, n.PidLidFileUnderId: how if text else None})

    def _file_id(self) -> int | None:
        number: int | None = self._value(n.PidLidFileUnderId)
        return number

    def _copy_mailing_address(self) -> None:
        """The address for mail is a copy of the one that is chosen; work, home or other where nobody chose."""
        if not self._touched(*HOME, *WORK, *OTHER, n.PidLidPostalAddressId):
            return
        if self._value(n.PidLidPostalAddressId) is None:
            choice = next((name for name in ("work", "home", "other") if getattr(self, f"{name}_address")), "none")
            self._put({n.PidLidPostalAddressId: _MAILING[choice][0]})
        name = self.mailing_address
        put_address(self, MAILING, None if name == "none" else getattr(self, f"{name}_address"))

    def _composed(self) -> str:
        return self._joined(_NAMES[:5]) or self.company or self.nickname or ""

    def _joined(self, tags: Sequence[PropTag]) -> str:
        return " ".join(filter(None, map(self.get, tags)))

    def _day(self, local: PropertyName, utc: PropTag) -> date | None:
        """A day: without time zone, or of a moment that others took for its midnight somewhere."""
        told = self._value(local)
        if told != NO_DATE and (day := readable(told)) is not None:
            return day.date()
        moment = self.get(utc)
        noon = None if moment in (None, NO_DATE) else readable(moment + 12 * 3600 * TICKS_PER_SECOND)
        return None if noon is None else noon.date()

    def _put_day(self, local: PropertyName, utc: PropTag, value: date | None, name: str) -> None:
        """The day's midnight, and 11:59 in UTC, which is this day nearly everywhere (2.2.1.5)."""
        start = None if value is None else midnight(value, name)
        self._put({local: start, utc: None if start is None else start + _BEFORE_NOON})
