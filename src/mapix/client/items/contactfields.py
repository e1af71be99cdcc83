"""What a contact can be made of, for who checks types."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from mapix.client.items.base import ItemFields
from mapix.client.items.electronic import EmailAddress
from mapix.client.items.postal import PostalAddress


class ContactFields(ItemFields, total=False):
    """The fields of `Contact`."""

    display_name: str
    title: str
    given_name: str
    middle_name: str
    surname: str
    suffix: str
    nickname: str
    initials: str
    file_as: str
    yomi_given_name: str
    yomi_surname: str
    yomi_company: str
    company: str
    job_title: str
    department: str
    office: str
    manager: str
    assistant: str
    profession: str
    spouse: str
    hobbies: str
    language: str
    location: str
    referred_by: str
    customer_id: str
    government_id: str
    account: str
    web_page: str
    personal_page: str
    im_address: str
    free_busy_url: str
    user_field1: str
    user_field2: str
    user_field3: str
    user_field4: str
    business_phone: str
    business_phone2: str
    home_phone: str
    home_phone2: str
    mobile_phone: str
    primary_phone: str
    other_phone: str
    car_phone: str
    radio_phone: str
    pager: str
    callback_phone: str
    company_phone: str
    assistant_phone: str
    text_phone: str
    telex: str
    isdn: str
    business_fax: str
    home_fax: str
    primary_fax: str
    home_address: PostalAddress
    work_address: PostalAddress
    other_address: PostalAddress
    mailing_address: str
    emails: Sequence[str | EmailAddress]
    birthday: date
    anniversary: date
    children: Sequence[str]
    photo: str | Path | bytes
