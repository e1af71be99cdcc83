"""The methods of a support object, and which kind of provider gets which (IMAPISupport; session 5.7).

    from mapix.interfaces.supportmethods import METHODS, SupportKind
    SupportKind.STORE in METHODS["expand_recips"]

`SupportMethods` refuses them all; a support object overrides those of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Flag, auto
from typing import Any, Final

from mapix.properties.errors import NoSupport


class SupportKind(Flag):
    """Whom a support object is for."""

    ADDRESS_BOOK = auto()
    STORE = auto()
    TRANSPORT = auto()
    SERVICE = auto()


_BOOKS, _STORES, _TRANSPORTS = SupportKind.ADDRESS_BOOK, SupportKind.STORE, SupportKind.TRANSPORT
_RUNNING = _BOOKS | _STORES | _TRANSPORTS
_ALL = _RUNNING | SupportKind.SERVICE

METHODS: Final[Mapping[str, SupportKind]] = {
    "get_last_error": _ALL,
    "get_mem_alloc_routines": _ALL,
    "do_config_propsheet": _ALL,
    "get_svc_config_support_obj": _ALL,
    "make_invalid": _ALL,
    "new_uid": _ALL,
    "open_profile_section": _ALL,
    "subscribe": _RUNNING,
    "unsubscribe": _RUNNING,
    "notify": _RUNNING,
    "modify_status_row": _RUNNING,
    "compare_entry_ids": _RUNNING,
    "create_one_off": _RUNNING,
    "open_entry": _RUNNING,
    "open_address_book": _RUNNING,
    "istorage_from_stream": _RUNNING,
    "wrap_store_entryid": _RUNNING,
    "set_provider_uid": _BOOKS | _STORES,
    "do_progress_dialog": _BOOKS | _STORES,
    "address": _BOOKS,
    "details": _BOOKS,
    "get_one_off_table": _BOOKS,
    "new_entry": _BOOKS,
    "open_template_id": _BOOKS,
    "complete_msg": _STORES,
    "copy_folder": _STORES,
    "copy_messages": _STORES,
    "do_copy_props": _STORES,
    "do_copy_to": _STORES,
    "do_sent_mail": _STORES,
    "expand_recips": _STORES,
    "modify_profile": _STORES,
    "prepare_submit": _STORES,
    "read_receipt": _STORES,
    "store_logoff_transports": _STORES,
    "spooler_notify": _STORES | _TRANSPORTS,
    "register_preprocessor": _TRANSPORTS,
    "spooler_yield": _TRANSPORTS,
    "status_recips": _TRANSPORTS,
}
"""The kinds of provider that have each method; the others get `NoSupport`."""


class SupportMethods:
    """Refuses every method: MAPI_E_NO_SUPPORT."""

    def get_last_error(self, *args: Any, **kwargs: Any) -> Any:
        """What there is to say about the provider's last failure; None for nothing."""
        raise _refused("get_last_error")

    def get_mem_alloc_routines(self, *args: Any, **kwargs: Any) -> Any:
        """Three functions that allocate and free (SUB-19); values of Python need none of them."""
        raise _refused("get_mem_alloc_routines")

    def do_config_propsheet(self, *args: Any, **kwargs: Any) -> Any:
        """Have a person change the settings of the service; `UserCancel` where nobody is asked."""
        raise _refused("do_config_propsheet")

    def get_svc_config_support_obj(self, *args: Any, **kwargs: Any) -> Any:
        """A support object for the configuration of one's own service (SPI-46)."""
        raise _refused("get_svc_config_support_obj")

    def make_invalid(self, *args: Any, **kwargs: Any) -> Any:
        """Let every method of an object but `close` raise `InvalidObject` from now on (SPI-40)."""
        raise _refused("make_invalid")

    def new_uid(self, *args: Any, **kwargs: Any) -> Any:
        """16 fresh bytes (SPI-37)."""
        raise _refused("new_uid")

    def open_profile_section(self, *args: Any, **kwargs: Any) -> Any:
        """A section of the profile, the caller's own with None (SPI-35)."""
        raise _refused("open_profile_section")

    def subscribe(self, *args: Any, **kwargs: Any) -> Any:
        """Register a sink under a key (SPI-41)."""
        raise _refused("subscribe")

    def unsubscribe(self, *args: Any, **kwargs: Any) -> Any:
        """End a registration (SPI-41)."""
        raise _refused("unsubscribe")

    def notify(self, *args: Any, **kwargs: Any) -> Any:
        """Tell the sinks of a key (SPI-41)."""
        raise _refused("notify")

    def modify_status_row(self, *args: Any, **kwargs: Any) -> Any:
        """Set or merge the provider's row of the status table (SPI-38)."""
        raise _refused("modify_status_row")

    def compare_entry_ids(self, *args: Any, **kwargs: Any) -> Any:
        """Whether two identifiers name one object (SPI-42)."""
        raise _refused("compare_entry_ids")

    def create_one_off(self, *args: Any, **kwargs: Any) -> Any:
        """The identifier of a recipient outside any book (SPI-42)."""
        raise _refused("create_one_off")

    def open_entry(self, *args: Any, **kwargs: Any) -> Any:
        """The object of an identifier (SPI-42)."""
        raise _refused("open_entry")

    def open_address_book(self, *args: Any, **kwargs: Any) -> Any:
        """The integrated address book (SPI-42)."""
        raise _refused("open_address_book")

    def istorage_from_stream(self, *args: Any, **kwargs: Any) -> Any:
        """A storage on a stream (SPI-44)."""
        raise _refused("istorage_from_stream")

    def wrap_store_entryid(self, *args: Any, **kwargs: Any) -> Any:
        """The form of a store's identifier that clients see (SPI-30)."""
        raise _refused("wrap_store_entryid")

    def set_provider_uid(self, *args: Any, **kwargs: Any) -> Any:
        """Register a uid that leads entry identifiers here (SPI-36)."""
        raise _refused("set_provider_uid")

    def do_progress_dialog(self, *args: Any, **kwargs: Any) -> Any:
        """An object that shows progress."""
        raise _refused("do_progress_dialog")

    def address(self, *args: Any, **kwargs: Any) -> Any:
        """Have a person choose recipients."""
        raise _refused("address")

    def details(self, *args: Any, **kwargs: Any) -> Any:
        """Show a person's entry."""
        raise _refused("details")

    def get_one_off_table(self, *args: Any, **kwargs: Any) -> Any:
        """The templates of all address books."""
        raise _refused("get_one_off_table")

    def new_entry(self, *args: Any, **kwargs: Any) -> Any:
        """Have a person make an entry."""
        raise _refused("new_entry")

    def open_template_id(self, *args: Any, **kwargs: Any) -> Any:
        """The object behind an entry another provider copied from here."""
        raise _refused("open_template_id")

    def complete_msg(self, *args: Any, **kwargs: Any) -> Any:
        """The store has sent a message by itself: have it finished."""
        raise _refused("complete_msg")

    def copy_folder(self, *args: Any, **kwargs: Any) -> Any:
        """Copy or move a folder between stores."""
        raise _refused("copy_folder")

    def copy_messages(self, *args: Any, **kwargs: Any) -> Any:
        """Copy or move messages between stores."""
        raise _refused("copy_messages")

    def do_copy_props(self, *args: Any, **kwargs: Any) -> Any:
        """Copy some properties between any two objects (SPI-43)."""
        raise _refused("do_copy_props")

    def do_copy_to(self, *args: Any, **kwargs: Any) -> Any:
        """Copy properties between any two objects (SPI-43)."""
        raise _refused("do_copy_to")

    def do_sent_mail(self, *args: Any, **kwargs: Any) -> Any:
        """The sent-mail step of a message (SPL-25)."""
        raise _refused("do_sent_mail")

    def expand_recips(self, *args: Any, **kwargs: Any) -> Any:
        """Recipient rows made ready for sending."""
        raise _refused("expand_recips")

    def modify_profile(self, *args: Any, **kwargs: Any) -> Any:
        """Make a store that was opened for a while part of the profile (SPI-39)."""
        raise _refused("modify_profile")

    def prepare_submit(self, *args: Any, **kwargs: Any) -> Any:
        """Make a message ready for the spooler."""
        raise _refused("prepare_submit")

    def read_receipt(self, *args: Any, **kwargs: Any) -> Any:
        """Fill a message with the report that another was read."""
        raise _refused("read_receipt")

    def store_logoff_transports(self, *args: Any, **kwargs: Any) -> Any:
        """The store is leaving: what of its mail is still under way (SPI-23)."""
        raise _refused("store_logoff_transports")

    def spooler_notify(self, *args: Any, **kwargs: Any) -> Any:
        """Wake the spooler."""
        raise _refused("spooler_notify")

    def register_preprocessor(self, *args: Any, **kwargs: Any) -> Any:
        """Have messages prepared before they are sent (SPL-20)."""
        raise _refused("register_preprocessor")

    def spooler_yield(self, *args: Any, **kwargs: Any) -> Any:
        """Give the spooler time while a peer thinks."""
        raise _refused("spooler_yield")

    def status_recips(self, *args: Any, **kwargs: Any) -> Any:
        """Report on recipients at once."""
        raise _refused("status_recips")


def _refused(method: str) -> NoSupport:
    return NoSupport("a support object of this kind has no such method", value=method)
