"""What a session has beside opening, notifying and ending: administration, message options, forms (SES-65..SES-68).

`call` makes a method one that a session refuses after its logoff, and whose failure it remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from itertools import count
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from mapix.interfaces.admin import MsgServiceAdmin
from mapix.interfaces.message import Message
from mapix.interfaces.prop import ErrorInfo
from mapix.properties.errors import InvalidObject, InvalidParameter, MapiError, NoSupport, NotFound
from mapix.properties.tag import PropTag

if TYPE_CHECKING:
    from mapix.interfaces.spi import StoreLogon
    from mapix.subsystem.broker.frames import Shared
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.memberstores import MemberStores

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="SessionExtras")


def call(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A method that a session refuses after its logoff, and whose failure it remembers (GEN-9, GEN-10)."""

    @wraps(method)
    def guarded(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if self._ended:
            raise InvalidObject("the session has been logged off")
        try:
            return method(self, *args, **kwargs)
        except MapiError as error:
            self._last_error = ErrorInfo(str(error), low_level=error.low_level, context=error.hresult)
            raise

    return guarded


class SessionExtras:
    """The less used half of IMAPISession."""

    has_mail: bool
    _core: SessionCore
    _ended: bool
    _last_error: ErrorInfo | None
    _stores: MemberStores

    def __init__(self) -> None:
        self._forms: dict[int, Message] = {}
        self._tokens = count(1)

    @property
    def profile_name(self) -> str:
        """The profile this session runs on (SES-36)."""
        return self._core.profile_name

    @call
    def send_waiting(self) -> None:
        """Have the spooler start where something waits in the stores of the profile (SUB-17)."""
        if self.has_mail:
            self._core.spooling.start_if_waiting()

    @call
    def is_clear(self) -> bool:
        """Whether nothing waits in the stores of the profile; no while that cannot be told of every one."""
        return self._core.spooling.is_clear()

    @call
    def take_up(self, shared: Shared) -> None:
        """Know what members of the session in other processes found out (LOG-31)."""
        self._core.take_up(shared)

    @call
    def enum_adr_types(self) -> list[str]:
        """Address types of the active transports (SES-66)."""
        types: dict[str, None] = {}
        for transport in self._core.transports() if self.has_mail else ():
            if transport.logon is not None:
                types |= dict.fromkeys(transport.logon.address_types().types or ())
        return [each for each in types if each]

    @call
    def admin_services(self) -> MsgServiceAdmin:
        """The message services of the session's profile; changes take effect with the next session (SES-65)."""
        from mapix.subsystem.admin.serviceadmin import ServiceAdministration

        return ServiceAdministration(self._core.subsystem, self.profile_name)

    @call
    def message_options(self, message: Message, address_type: str = "") -> None:
        """Ask the user for a message's options of an address type: `NoSupport`, nobody shows them (SES-67)."""
        raise NoSupport("there is no dialog for options of messages", hint="query_default_message_opt, set_props")

    @call
    def query_default_message_opt(self, address_type: str) -> Mapping[PropTag, Any]:
        """The options a transport has registered for messages of an address type; `NotFound` (SES-67), or what the
        first transport raised that failed, where none of the others has any.
        """
        trouble: MapiError | None = None
        for transport in self._core.transports() if self.has_mail else ():
            try:
                options = transport.logon.message_options(address_type) if transport.logon is not None else {}
            except MapiError as error:
                trouble = trouble or error
                continue
            if options:
                return dict(options)
        text = "no transport has options for messages of this address type"
        raise trouble or NotFound(text, value=address_type)

    @call
    def prepare_form(self, message: Message) -> int:
        """Keep a message for a form; the token that `show_form` takes (SES-68)."""
        token = next(self._tokens)
        self._forms[token] = message
        return token

    @call
    def show_form(self, token: int, flags: int = 0) -> None:
        """Show the form of a prepared message: `NoSupport`, no forms are shown here. The token is spent (SES-68)."""
        if self._forms.pop(token, None) is None:
            raise InvalidParameter("no message was prepared under this token", value=token, hint="prepare_form")
        raise NoSupport("there is nobody to show a form to")

    @call
    def query_fast_shutdown(self) -> None:
        """Whether the program may end at once, without logoffs; `NoSupport` where a provider does not want it (SES-69).

        See `mapix.subsystem.shutdown`.
        """
        from mapix.subsystem.shutdown import query

        query(self._core)

    @call
    def notify_process_shutdown(self) -> None:
        """Tell the providers that the program means to end at once; `NoSupport` as `query_fast_shutdown`."""
        from mapix.subsystem.shutdown import notify

        notify(self._core)

    @call
    def do_fast_shutdown(self) -> None:
        """End at once: afterwards no member of this session answers any call. What was submitted stays in its queue."""
        from mapix.subsystem.shutdown import end

        end(self._core)

    # for the core

    def store_logons(self) -> list[StoreLogon]:
        """The logon objects of the stores this member has open."""
        return self._stores.logons()

    def die(self) -> None:
        """The program ends at once: no call is answered any more (SES-69)."""
        self._ended = True
