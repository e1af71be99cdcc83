"""`mapix profile`: the profiles of this user."""

from __future__ import annotations

from contextlib import nullcontext
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import Group, command
from mapix.cli.output import clean, emit_json, emit_rows, json_option, say, tell
from mapix.cli.profilefiles import confirm, export, import_, repair
from mapix.cli.profiles import complete_profiles
from mapix.cli.sessions import mapi, warnings_told

if TYPE_CHECKING:
    from mapix.cli.profiles import Service

_optional_name = click.argument("name", required=False, envvar="MAPIX_PROFILE", shell_complete=complete_profiles)


@command(examples=("mapix profile list",), name="list")
@json_option
def list_profiles(as_json: bool) -> None:
    """List the profiles; the default one has a star."""
    from mapix.cli.profiles import profile_names

    with mapi() as subsystem:
        known = profile_names(subsystem.admin_profiles())
    if as_json:
        emit_json({"profiles": [{"name": name, "default": default} for name, default in known]})
        return
    emit_rows(("profile", "default"), ((name, "*" if default else "") for name, default in known))
    if not known:
        say("There is no profile yet. Try: mapix init")


@command(examples=("mapix profile show", "mapix profile show Work --json"))
@_optional_name
@json_option
def show(name: str | None, as_json: bool) -> None:
    """Show the services of profile NAME, or of the default one, and their settings. Secrets are never shown."""
    from mapix.cli.profiles import existing, profile_names, services_of

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        name = existing(profiles, name)
        default = (name, True) in profile_names(profiles)
        services = services_of(profiles.admin_services(name))
    if as_json:
        emit_json({"profile": name, "default": default, "services": [service_document(each) for each in services]})
        return
    click.echo(f"{name}{' (the default profile)' if default else ''}")
    for service in services:
        _show_service(service)


@command(examples=("mapix profile create Empty",))
@click.argument("name")
@json_option
def create(name: str, as_json: bool) -> None:
    """Make an empty profile; `mapix init` makes one that works."""
    from mapix.cli.init import refusing_taken

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        with refusing_taken(profiles, name):
            profiles.create_profile(name)
    text = f"Profile {name} made, without services. Try: mapix service add MAPIXSTORE --profile {quote(name)}"
    tell(as_json, text, profile=name)


@command(examples=("mapix profile delete Old --yes",))
@click.argument("name", shell_complete=complete_profiles)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option
def delete(name: str, yes: bool, as_json: bool) -> None:
    """Delete a profile. The files of its stores stay where they are.

    One that a session runs on, in whichever process, disappears from the lists now and goes when the session ends.
    """
    from mapix.cli.profiles import existing

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        name = existing(profiles, name)
        confirm(f"Delete the profile {name}?", yes)
        in_use = subsystem.profiles.in_use(name)
        with warnings_told():
            profiles.delete_profile(name)
    when = " It is in use, and goes when its last session ends." if in_use else ""
    text = f"Profile {name} deleted. The files of its stores were left alone.{when}"
    tell(as_json, text, profile=name, in_use=in_use)


@command(examples=("mapix profile default", "mapix profile default Work"))
@click.argument("name", required=False, shell_complete=complete_profiles)
@click.option("--none", is_flag=True, help="No profile is the default one.")
@json_option
def default(name: str | None, none: bool, as_json: bool) -> None:
    """Make NAME the default profile; without NAME print which one is."""
    from mapix.cli.profiles import existing

    if none and name is not None:
        raise click.UsageError("Either a NAME or --none.")
    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        found = None if none else existing(profiles, name)
        if none or name is not None:
            profiles.set_default_profile(found)
    if as_json:
        emit_json({"profile": found})
    elif not none and name is None:
        click.echo(found)


@command(examples=("mapix profile copy Work Home",))
@click.argument("old", shell_complete=complete_profiles)
@click.argument("new")
@click.option("--no-secrets", is_flag=True, help="Without the passwords.")
@json_option
def copy(old: str, new: str, no_secrets: bool, as_json: bool) -> None:
    """Copy profile OLD under the name NEW, with the passwords that keyring or vault keep.

    A store whose place no setting names is a new one in the copy.
    """
    from mapix.cli.init import refusing_taken
    from mapix.cli.profiles import existing
    from mapix.properties.errors import LogonFailed

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        old = existing(profiles, old)
        try:
            with refusing_taken(profiles, new):
                profiles.copy_profile(old, new, secrets=not no_secrets)
        except LogonFailed as error:
            error.hint = f"{error.hint}, or --no-secrets" if error.hint else "--no-secrets"
            raise
    without = ", without passwords" if no_secrets else ""
    tell(as_json, f"Profile {old} copied to {new}{without}.", profile=new, copied_from=old)


@command(examples=("mapix profile rename Work Office",))
@click.argument("old", shell_complete=complete_profiles)
@click.argument("new")
@json_option
def rename(old: str, new: str, as_json: bool) -> None:
    """Give profile OLD another name. The default profile stays it, and its stores stay with it.

    One that a session runs on, in whichever process, gets its name when the session ends.
    """
    from mapix.cli.init import refusing_taken
    from mapix.cli.profiles import existing
    from mapix.subsystem.profiles.profile import folded

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        old = existing(profiles, old)
        in_use = subsystem.profiles.in_use(old)
        with nullcontext() if folded(new) == folded(old) else refusing_taken(profiles, new):
            profiles.rename_profile(old, new)
    text = f"Profile {old} is now called {new}."
    if in_use:
        text = f"Profile {old} is in use. It will be called {new} when its last session ends."
    tell(as_json, text, profile=new, former=old, in_use=in_use)


def service_document(service: Service) -> dict[str, Any]:
    """A service of a profile for JSON."""
    return {
        "uid": service.uid.hex(),
        "service": service.name,
        "display_name": service.display_name,
        "providers": list(service.providers),
        "settings": dict(service.settings),
    }


def _show_service(service: Service) -> None:
    click.echo(f"\n{clean(service.name)}  {clean(service.display_name)}")
    for name, value in service.settings.items():
        if value is not None:
            click.echo(f"  {clean(name)} = {clean(value)}")


profile = Group(
    "profile",
    commands=[list_profiles, show, create, delete, default, copy, rename, repair, export, import_],
    examples=("mapix profile list", "mapix profile default Work"),
    help="The profiles of this user: each names the message services that a session has.",
)
