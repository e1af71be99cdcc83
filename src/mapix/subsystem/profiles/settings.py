"""Settings of message services: what was configured, checked against what the service declares.

Values may come as text (from a command line or a form) or typed. `check_settings` gives the typed ones; errors name
the setting that is wrong. For a secret setting `password` a service takes `password_command`, too: a command whose
first line of output is the secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mapix.interfaces.spi import MessageService, Setting, SettingKind
from mapix.properties.errors import InvalidParameter, Unconfigured
from mapix.properties.tag import PropTag

COMMAND = "_command"
PASSWORD = "password"
"""The secret setting that ChangePassword changes."""
_YES = frozenset(("1", "yes", "true", "on"))
_NO = frozenset(("0", "no", "false", "off"))


def declared(service: MessageService) -> dict[str, Setting]:
    """The settings a service takes by name, the commands of its secrets among them."""
    settings = {setting.name: setting for setting in service.settings}
    for setting in service.settings:
        if setting.kind is SettingKind.SECRET:
            name = setting.name + COMMAND
            settings.setdefault(name, Setting(name, help=f"a command that prints the {setting.name}"))
    return settings


def check_settings(service: MessageService, given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` as typed values; None stays and means: back to the default.

    Raises InvalidParameter naming the setting that is unknown or has a wrong value.
    """
    known = declared(service)
    typed = {name: _typed(service, _setting(service, known, name), value) for name, value in given.items()}
    return typed if service.separate is None else dict(service.separate(typed))


def by_tag(service: MessageService, props: Mapping[PropTag, Any]) -> tuple[dict[str, Any], dict[PropTag, Any]]:
    """Settings that properties stand for, by their names, and the properties that stand for none."""
    names = {setting.tag >> 16: setting.name for setting in service.settings if setting.tag}
    found = {names[tag >> 16]: value for tag, value in props.items() if tag >> 16 in names}
    return found, {PropTag(tag).unicode(): value for tag, value in props.items() if tag >> 16 not in names}


def complete(service: MessageService, configured: Mapping[str, Any]) -> dict[str, Any]:
    """`configured` with defaults filled in, paths with `~` expanded, secrets left out. What somebody wrote into the
    profile's file is read as a command line is; what cannot be read so stays, for `require` to refuse.
    """
    settings: dict[str, Any] = {}
    for name, setting in declared(service).items():
        if setting.kind is SettingKind.SECRET:
            continue
        value = configured.get(name, setting.default)
        with suppress(InvalidParameter):
            value = _typed(service, setting, value)
        if setting.kind is SettingKind.PATH and value is not None:
            value = str(Path(value).expanduser())
        settings[name] = value
    return settings


def missing(service: MessageService, settings: Mapping[str, Any]) -> list[str]:
    """Names of required settings that have no value; secrets are not counted."""
    needed = (setting for setting in service.settings if setting.required and setting.kind is not SettingKind.SECRET)
    return [setting.name for setting in needed if settings.get(setting.name) in (None, "")]


def strange(service: MessageService, settings: Mapping[str, Any]) -> list[str]:
    """Names in `settings` that the service does not know: of another version, or written by hand."""
    return sorted(settings.keys() - declared(service).keys())


def require(service: MessageService, settings: Mapping[str, Any]) -> None:
    """Raises `Unconfigured` when a required setting has no value, `InvalidParameter` for a value of the wrong kind (a
    profile's file can be written by hand), and what the service's own check raises.
    """
    if lacking := missing(service, settings):
        hint = f"mapix service configure {service.name} {lacking[0]}=…"
        raise Unconfigured(f"the message service {service.name} lacks {_listed(lacking)}", hint=hint)
    check_settings(service, settings)
    if service.check is not None:
        service.check(settings)


def check_whole(service: MessageService, settings: Mapping[str, Any]) -> None:
    """Let the service look at settings that are complete; incomplete ones are left for later (C8)."""
    filled = complete(service, settings)
    if service.check is not None and not missing(service, filled):
        with suppress(Unconfigured):
            service.check(filled)


def secrets_of(service: MessageService) -> frozenset[str]:
    """Names of the settings that are never in a profile's file."""
    return frozenset(setting.name for setting in service.settings if setting.kind is SettingKind.SECRET)


def _setting(service: MessageService, known: Mapping[str, Setting], name: str) -> Setting:
    if name in known:
        return known[name]
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    hint = close[0] if close else f"one of {', '.join(known)}" if known else "none: this service has no settings"
    raise InvalidParameter(f"the message service {service.name} has no such setting", value=name, hint=hint)


def _typed(service: MessageService, setting: Setting, value: Any) -> Any:
    if value is None:
        return None
    try:
        return _READERS[setting.kind](setting, value)
    except (TypeError, ValueError) as error:
        text = f"{service.name}: the setting {setting.name} wants {error}"
        raise InvalidParameter(text, value="…" if setting.kind is SettingKind.SECRET else value) from None


def _text(_setting: Setting, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _path(_setting: Setting, value: Any) -> str:
    if not isinstance(value, str | Path) or not str(value):
        raise TypeError("a path")
    path = str(value)
    return path if path.startswith("~") else str(Path(path).absolute())


def _number(_setting: Setting, value: Any) -> int:
    try:
        return int(value) if not isinstance(value, bool | float) else _refuse()
    except ValueError:
        raise ValueError("a whole number") from None


def _refuse() -> int:
    raise ValueError


def _flag(_setting: Setting, value: Any) -> bool:
    text = str(value).lower()
    if text not in _YES | _NO:
        raise ValueError("yes or no")
    return text in _YES


def _choice(setting: Setting, value: Any) -> str:
    for choice in setting.choices:
        if str(value).lower() == choice.lower():
            return choice
    raise ValueError(f"one of {_listed(setting.choices)}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


_READERS = {
    SettingKind.TEXT: _text,
    SettingKind.SECRET: _text,
    SettingKind.PATH: _path,
    SettingKind.NUMBER: _number,
    SettingKind.FLAG: _flag,
    SettingKind.CHOICE: _choice,
}
