"""`mapix profile repair`, `export` and `import`: profiles as files."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote

import click

from mapix.cli.base import command
from mapix.cli.output import emit_json, json_option, say, tell
from mapix.cli.profiles import complete_profiles
from mapix.cli.sessions import mapi

_key_file = click.option(
    "--key-file", type=click.Path(path_type=Path), metavar="PATH", help="A file that holds the passphrase."
)


@command(examples=("mapix profile repair", "mapix profile repair Work --yes"))
@click.argument("name", required=False, envvar="MAPIX_PROFILE", shell_complete=complete_profiles)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option
def repair(name: str | None, yes: bool, as_json: bool) -> None:
    """Put the copy of a damaged profile in its place: the profile as it was before its last change.

    The damaged file is kept beside it. A profile that can be read stays as it is.
    """
    from mapix.subsystem.profiles.profilerepair import damage_of
    from mapix.subsystem.profiles.profilerepair import repair as put_back

    with mapi() as subsystem:
        store = subsystem.profiles
        name = name or _default(store.default())
        damage = damage_of(store, name)
        if damage is None:
            text = f"The profile {name} can be read: there is nothing to repair."
            tell(as_json, text, profile=name, repaired=False)
            return
        say(damage.sentence)
        confirm(f"Put its copy in the place of the profile {name}?", yes)
        kept = put_back(store, name)
    text = f"Profile {name} repaired." + (f" The damaged file is {kept}." if kept is not None else "")
    tell(as_json, text, profile=name, repaired=True, damaged_file=kept)


@command(examples=("mapix profile export Work -o work.toml", "mapix profile export Work -o work.toml --secrets"))
@click.argument("name", shell_complete=complete_profiles)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where to write.")
@click.option("--secrets", is_flag=True, help="With the passwords, encrypted.")
@_key_file
@json_option
def export(name: str, output: Path | None, secrets: bool, key_file: Path | None, as_json: bool) -> None:
    """Write profile NAME as one TOML file, for another machine; without -o to stdout.

    Passwords stay here, unless --secrets: then they go along, encrypted with a passphrase that is asked twice or read
    from --key-file. Stores are not part of a profile.
    """
    from mapix.subsystem.profiles.transfer import export_profile

    if key_file is not None and not secrets:
        raise click.UsageError("--key-file is the passphrase of --secrets.")
    output = None if output == Path("-") else output
    if output is not None and output.exists():
        raise click.UsageError(f"{output} is there already.")
    with mapi() as subsystem:
        subsystem.profiles.load(name)
        text = export_profile(subsystem, name, _passphrase(key_file, new=True) if secrets else None)
    if output is not None:
        _write_private(output, text)
        tell(as_json, f"Profile {name} written to {output}.", profile=name, file=output)
    elif as_json:
        emit_json({"profile": name, "file": None, "text": text})
    else:
        click.echo(text, nl=False)


@command(examples=("mapix profile import work.toml", "mapix profile import work.toml --as Office"), name="import")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--as", "name", metavar="NAME", help="What to call it, instead of its own name.")
@_key_file
@json_option
def import_(file: Path, name: str | None, key_file: Path | None, as_json: bool) -> None:
    """Make a profile of FILE, which `mapix profile export` wrote; - is stdin.

    Passwords in it go to the keyring, or to the vault. Their passphrase is asked, or read from --key-file.
    """
    from mapix.properties.errors import Collision, CorruptData
    from mapix.subsystem.profiles.transfer import import_profile

    try:
        data = sys.stdin.buffer.read() if file == Path("-") else file.read_bytes()
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise CorruptData("this is no exported profile: not UTF-8", value=str(file)) from None
    with mapi() as subsystem:
        try:
            found = import_profile(
                subsystem, text, str(file), name=name, passphrase=lambda: _passphrase(key_file, new=False)
            )
        except CorruptData as error:
            why = error.text.replace("the profile's file is damaged", "this is no exported profile, or it is damaged")
            raise CorruptData(why, value=error.value, hint="mapix profile export NAME -o FILE makes one") from None
        except Collision as error:
            raise Collision(error.text, value=error.value, hint="--as NAME calls it something else") from None
    text = f"Profile {found} made of {file}. Try: mapix doctor --profile {quote(found)}"
    tell(as_json, text, profile=found, file=file)


def confirm(question: str, yes: bool) -> None:
    """Ask at the terminal whether to go on; a usage error where there is none and `yes` was not said."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("Without a terminal to ask at, --yes is needed.")
    click.confirm(question, abort=True, err=True)


def _default(name: str | None) -> str:
    from mapix.properties.errors import NotFound

    if name is None:
        raise NotFound("there is no default profile", hint="mapix profile repair NAME")
    return name


def _passphrase(key_file: Path | None, *, new: bool) -> str:
    from mapix.properties.errors import LogonFailed
    from mapix.subsystem.profiles.unlocking import from_file

    if key_file is not None:
        return from_file(key_file)
    if not sys.stdin.isatty():
        raise LogonFailed("there is nobody to ask for a passphrase", hint="--key-file PATH")
    answer: str = click.prompt("Passphrase of the file", hide_input=True, confirmation_prompt=new, err=True)
    return answer


def _write_private(path: Path, text: str) -> None:
    """A new file that only its owner may read, and that is there whole or not at all."""
    import os

    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
