"""`mapix init`: a profile with a store, local delivery and, where a server is named, SMTP."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import command
from mapix.cli.output import say
from mapix.cli.sessions import logged_on, mapi

if TYPE_CHECKING:
    from mapix.interfaces.admin import MsgServiceAdmin, ProfAdmin

SECURITIES = ("none", "starttls", "tls")


@dataclass(frozen=True)
class Plan:
    """What the new profile is to have; None: not told."""

    profile: str
    address: str | None = None
    name: str | None = None
    store: Path | None = None
    host: str | None = None
    port: int | None = None
    security: str | None = None
    user: str | None = None
    password: str | None = None
    password_command: str | None = None

    def check(self) -> None:
        """A usage error for words about a server where none is named."""
        words = {
            "--smtp-port": self.port,
            "--smtp-security": self.security,
            "--smtp-user": self.user,
            "--password-command": self.password_command,
        }
        idle = [word for word, value in words.items() if value is not None]
        if idle and not self.host:
            raise click.UsageError(f"{idle[0]} is for a mail server, which --smtp-host names.")

    def smtp(self) -> dict[str, Any]:
        """Settings of the SMTP service, the secret left out."""
        named = {
            "host": self.host,
            "port": self.port,
            "security": self.security,
            "user": self.user,
            "address": self.address,
            "name": self.name,
            "password_command": self.password_command,
        }
        return {name: value for name, value in named.items() if value is not None}


@command(
    examples=(
        "mapix init",
        'mapix init --yes --address you@example.org --name "You"',
        "mapix init --yes --profile Work --address you@example.org --smtp-host smtp.example.org "
        "--smtp-user you --password-command 'pass show smtp'",
    )
)
@click.option("--profile", default="Default", show_default=True, metavar="NAME", help="How the profile is called.")
@click.option("--address", help="Your e-mail address.")
@click.option("--name", help="Your name, as others read it.")
@click.option("--store", type=click.Path(dir_okay=False, path_type=Path), metavar="PATH", help="The file of the store.")
@click.option("--smtp-host", metavar="HOST", help="The mail server; without one mail stays on this machine.")
@click.option("--smtp-port", type=click.IntRange(1, 65535), metavar="PORT", help="Its port.")
@click.option("--smtp-security", type=click.Choice(SECURITIES), help="How the connection is protected.")
@click.option("--smtp-user", metavar="USER", help="The name to log on with.")
@click.option("--password-command", metavar="COMMAND", help="A command that prints the password.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing.")
def init(
    profile: str,
    address: str | None,
    name: str | None,
    store: Path | None,
    smtp_host: str | None,
    smtp_port: int | None,
    smtp_security: str | None,
    smtp_user: str | None,
    password_command: str | None,
    yes: bool,
) -> None:
    """Make a profile: a message store, an address book, local delivery and, with --smtp-host, a way to a mail server.

    On a terminal it asks for what the options leave open. The password of a server is asked and kept in the keyring,
    or comes from --password-command or MAPIX_SMTP_PASSWORD; it is never written into the profile. The new profile
    becomes the default one.
    """
    from mapix.cli.profiles import profile_names

    plan = Plan(profile, address, name, store, smtp_host, smtp_port, smtp_security, smtp_user, None, password_command)
    with ExitStack() as undoing:
        with mapi() as subsystem:
            profiles = subsystem.admin_profiles()
            refuse_taken(profiles, profile)
            if not yes and sys.stdin.isatty():
                plan = _ask(plan)
            plan.check()
            former = next((name for name, is_default in profile_names(profiles) if is_default), None)
            create(profiles, plan)
            undoing.callback(_undo, plan, former)
        _open_store(plan)
        undoing.pop_all()
    _tell(plan)


def refuse_taken(profiles: ProfAdmin, name: str) -> None:
    """`Collision` when there is a profile of this name."""
    from mapix.cli.profiles import profile_names
    from mapix.properties.errors import Collision
    from mapix.subsystem.profiles.profile import folded

    if any(folded(name) == folded(taken) for taken, _ in profile_names(profiles)):
        hint = f"another name, or mapix profile delete {quote(name)}"
        raise Collision("there is a profile of this name already", value=name, hint=hint)


@contextmanager
def refusing_taken(profiles: ProfAdmin, name: str) -> Iterator[None]:
    """The same around what gives a profile its name, for a process that takes it meanwhile."""
    from mapix.properties.errors import NoAccess

    refuse_taken(profiles, name)
    try:
        yield
    except NoAccess:
        refuse_taken(profiles, name)
        raise


def create(profiles: ProfAdmin, plan: Plan) -> None:
    """Make the profile of a plan and the default one; all of it or nothing."""
    with refusing_taken(profiles, plan.profile):
        profiles.create_profile(plan.profile)
    try:
        _add_services(profiles.admin_services(plan.profile), plan)
        profiles.set_default_profile(plan.profile)
    except BaseException:
        profiles.delete_profile(plan.profile)
        raise


def _undo(plan: Plan, former: str | None) -> None:
    """Take back a profile whose store cannot be used; `former` is the default one again."""
    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        profiles.delete_profile(plan.profile)
        profiles.set_default_profile(former)


def _add_services(services: MsgServiceAdmin, plan: Plan) -> None:
    who = {name: value for name, value in (("address", plan.address), ("name", plan.name)) if value is not None}
    store: dict[str, Any] = {f"owner_{name}": value for name, value in who.items()}
    if plan.store is not None:
        store["path"] = plan.store
    owner = plan.name or plan.address
    services.create_msg_service("MAPIXSTORE", owner and f"Mailbox - {owner}", store)
    services.create_msg_service("CONTACTS")
    services.create_msg_service("LOCAL", settings=who)
    if plan.host:
        uid = services.create_msg_service("SMTP", settings=plan.smtp())
        if plan.password:
            services.configure_msg_service(uid, {"password": plan.password})


def _open_store(plan: Plan) -> None:
    """Log on once, so that the store and its folders exist and what cannot work shows now."""
    with logged_on(plan.profile) as session:
        folders = ", ".join(folder.name or "" for folder in session.store.root.folders)
        say(f"Profile {plan.profile} made, and now the default one.")
        say(f"  store      {session.store.name}: {folders}")
    say(f"  address    {plan.address or 'none: mail is sent without a sender'}")
    say(f"  sends by   {f'SMTP, {plan.host}' if plan.host else 'local delivery only; --smtp-host names a mail server'}")


def _tell(plan: Plan) -> None:
    if plan.user and not (plan.password or plan.password_command):
        say("  password   not known yet: set MAPIX_SMTP_PASSWORD, or type")
        say(f"             mapix service configure SMTP password_command=COMMAND --profile {quote(plan.profile)}")
    target = quote(plan.address or "ann@example.org")
    say("\nType next:")
    say(f'  mapix send --to {target} --subject Hello --text "Good morning" --wait')
    say("  mapix ls")
    say("  mapix doctor")


def _ask(plan: Plan) -> Plan:
    """The plan with what a person at the terminal adds."""
    plan = replace(
        plan,
        address=plan.address or _prompt("Your e-mail address"),
        name=plan.name or _prompt("Your name"),
        host=plan.host or _prompt("Mail server (SMTP), empty for mail on this machine only"),
    )
    if not plan.host:
        return plan
    plan = replace(
        plan,
        security=plan.security or click.prompt("Security", type=click.Choice(SECURITIES), default="starttls", err=True),
        user=plan.user or _prompt("User name at the server, empty for none"),
    )
    return _ask_password(plan) if plan.user and not plan.password_command else plan


def _ask_password(plan: Plan) -> Plan:
    from mapix.subsystem.profiles.secrets import usable_keyring, vault_of

    kept = "keyring" if usable_keyring() is not None else "vault" if vault_of(None) is not None else None
    if kept is None:
        text = "There is no keyring and no vault. A command that prints the password, empty to set it later"
        return replace(plan, password_command=_prompt(text))
    secret = click.prompt(f"Password (kept in the {kept})", default="", show_default=False, hide_input=True, err=True)
    return replace(plan, password=secret or None)


def _prompt(text: str) -> str | None:
    answer: str = click.prompt(text, default="", show_default=False, err=True)
    return answer.strip() or None
