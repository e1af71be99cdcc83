"""The dialogs of a logon at a terminal. Questions are written to stderr, secrets are typed unseen."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from mapix.cli.output import clean, say
from mapix.interfaces.logonui import Answer, LogonUI
from mapix.interfaces.service import Setting, SettingKind

_LETTERS = {answer.value[0]: answer for answer in (Answer.RETRY, Answer.SKIP)} | {
    "c": Answer.CONFIGURE,
    "q": Answer.CANCEL,
}


def terminal_ui() -> LogonUI | None:
    """The dialogs of this terminal; None where stdin is none, and nobody can be asked."""
    return TerminalUI() if sys.stdin.isatty() else None


class TerminalUI:
    """Asks line by line. An interrupt ends the command."""

    def choose_profile(self, names: Sequence[str], default: str | None, reason: str) -> str | None:
        """See `LogonUI.choose_profile`: by name or by number; an empty line is no answer."""
        _because(reason)
        for number, name in enumerate(names, 1):
            say(f"  {number:>2}  {clean(name)}{'  *' if name == default else ''}")
        known = {name.casefold(): name for name in names} | {str(number): name for number, name in enumerate(names, 1)}
        while answer := _prompt("Profile"):
            if found := known.get(answer.casefold()):
                return found
            say("There is none of this name or number.")
        return None

    def ask_settings(
        self, service: str, settings: Sequence[Setting], values: Mapping[str, Any], reason: str
    ) -> Mapping[str, Any] | None:
        """See `LogonUI.ask_settings`: an empty line leaves a setting as it is, nothing but empty lines all of them."""
        _because(reason)
        say(f"Settings of {clean(service)}; an empty line leaves one as it is.")
        given: dict[str, Any] = {}
        for setting in settings:
            if answer := _asked(setting, values.get(setting.name)):
                given[setting.name] = answer
        return given or None

    def ask_password(self, service: str, setting: Setting, reason: str) -> str | None:
        """See `LogonUI.ask_password`."""
        _because(reason)
        return _prompt(f"{clean(service)}: {setting.help or setting.name}", hidden=True)

    def tell_failure(self, service: str, reason: str) -> Answer:
        """See `LogonUI.tell_failure`; an empty line skips the service."""
        say(f"{clean(service)} failed. {clean(reason)}")
        while True:
            answer = _prompt("(r)etry, (c)onfigure and retry, (s)kip, (q)uit [s]") or "s"
            if found := _LETTERS.get(answer[:1].casefold()):
                return found

    def ask_passphrase(self) -> str | None:
        """See `LogonUI.ask_passphrase`."""
        return _prompt("Passphrase of the vault", hidden=True)


def _asked(setting: Setting, value: Any) -> str | None:
    """What was typed for a setting, asked again while it is none of its choices."""
    hidden = setting.kind is SettingKind.SECRET
    parts = [setting.name, f"({clean(setting.help)})" if setting.help else "", "required" if setting.required else ""]
    parts += [f"one of {', '.join(setting.choices)}" if setting.choices else ""]
    parts += [f"[{clean(value)}]" if value is not None and not hidden else ""]
    while answer := _prompt("  " + " ".join(filter(None, parts)), hidden=hidden):
        if not setting.choices or answer.casefold() in map(str.casefold, setting.choices):
            return answer
    return None


def _because(reason: str) -> None:
    if reason:
        say(clean(reason))


def _prompt(text: str, *, hidden: bool = False) -> str | None:
    answer: str = click.prompt(text, default="", show_default=False, hide_input=hidden, err=True)
    return answer.strip() if not hidden else answer
