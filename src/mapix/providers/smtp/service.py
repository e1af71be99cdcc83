"""The message service SMTP: a transport that hands mail to a mail server (RFC 5321). Cheap to import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.service import MessageService, ProviderKind, ProviderSpec, Setting, SettingKind
from mapix.properties.address import check_address
from mapix.properties.errors import InvalidParameter
from mapix.properties.flags import STATUS_PRIMARY_IDENTITY, STATUS_XP_PREFER_LAST

if TYPE_CHECKING:
    from mapix.interfaces.spi import TransportProvider

NONE: Final = "none"
STARTTLS: Final = "starttls"
TLS: Final = "tls"
NEVER: Final = "never"
ASKED: Final = "asked"
ALWAYS: Final = "always"
PORTS: Final[Mapping[str, int]] = {NONE: 25, STARTTLS: 587, TLS: 465}
"""The port of each security when none is set."""


def _load() -> TransportProvider:
    from mapix.providers.smtp.transport import SmtpProvider

    return SmtpProvider()


def check(settings: Mapping[str, Any]) -> None:
    """Raise `InvalidParameter` for settings that cannot work."""
    _check_host(settings.get("host") or "")
    port = settings.get("port")
    if port is not None and not 0 < port < 65536:
        raise InvalidParameter("a TCP port is a number from 1 to 65535", value=port)
    if settings.get("timeout") is not None and settings["timeout"] <= 0:
        raise InvalidParameter("a timeout is a positive number of seconds", value=settings["timeout"])
    if (most := settings.get("max_recipients")) is not None and most < 1:
        raise InvalidParameter("a transaction has one recipient at least", value=most)
    check_address(settings.get("address"))


def _check_host(host: str) -> None:
    """A name or an address alone: with a port, or as a link, it is looked for in vain. IPv6 has several colons."""
    if any(letter in "/@[]" or letter.isspace() or not letter.isprintable() for letter in host) or host.count(":") == 1:
        hint = "mail.example.com; the port is a setting of its own"
        raise InvalidParameter(
            "a mail server is told by its name or its address, and nothing else", value=host, hint=hint
        )


service = MessageService(
    name="SMTP",
    display_name="Internet mail (SMTP)",
    providers=(
        ProviderSpec(
            ProviderKind.TRANSPORT,
            "SMTP",
            "SMTP transport",
            _load,
            resource_flags=STATUS_PRIMARY_IDENTITY | STATUS_XP_PREFER_LAST,
        ),
    ),
    settings=(
        Setting("host", help="the mail server", required=True),
        Setting("port", SettingKind.NUMBER, help="its port; 25, 587 or 465 by the security when not set"),
        Setting(
            "security",
            SettingKind.CHOICE,
            help="how the connection is protected",
            default=STARTTLS,
            choices=(NONE, STARTTLS, TLS),
        ),
        Setting("user", help="the name to log on with; nobody logs on when it is not set"),
        Setting("password", SettingKind.SECRET, help="the password of the user"),
        Setting("address", help="the sender's address; each message's own sender when not set"),
        Setting("name", help="the sender's display name"),
        Setting("timeout", SettingKind.NUMBER, help="seconds to wait for the server", default=60),
        Setting("ehlo_name", help="the name this machine gives; its address when not set"),
        Setting("ca_file", SettingKind.PATH, help="certificates to trust besides the system's, in PEM form"),
        Setting("verify", SettingKind.FLAG, help="whether the server's certificate is checked", default=True),
        Setting(
            "tnef",
            SettingKind.CHOICE,
            help="whether mail carries all properties in a winmail.dat; asked: where every recipient wants it",
            default=NEVER,
            choices=(NEVER, ASKED, ALWAYS),
        ),
        Setting("max_recipients", SettingKind.NUMBER, help="recipients in one transaction at most", default=100),
    ),
    check=check,
)
