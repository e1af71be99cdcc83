"""`mapix ab import` and `export`: address books as files of cards."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mapix.cli.abstate import check_personal
from mapix.cli.base import command
from mapix.cli.errors import Exit
from mapix.cli.output import emit_json, json_option, say, tell
from mapix.cli.sessions import logged_on, profile_option

_MOST_REPEATED = 20
container_option = click.option("--in", "container", metavar="BOOK", help="Only this address book, by name.")


@command(examples=("mapix ab import people.vcf", "mapix ab import --contacts"), name="import")
@click.argument("file", required=False, type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--contacts", is_flag=True, help="Take the people of contacts.toml, which stays as it is.")
@click.option("--replace", is_flag=True, help="Replace who is there already with the same name and address.")
@json_option
@profile_option
def import_people(file: Path | None, contacts: bool, replace: bool, as_json: bool, profile: str | None) -> int:
    """Put the cards of a vCard FILE, - for standard input, into the personal address book.

    Who is there already stays. What of a card has no place in MAPI is told.
    """
    if (file is None) != contacts:
        raise click.UsageError("Name a file of cards, or --contacts.")
    with logged_on(profile) as session:
        book = session.address_book
        check_personal(session)
        if file is None:
            found = book.import_contacts(replace=replace)
        else:
            with click.open_file(str(file), "rb") as opened:
                found = book.import_cards(opened.read(), replace=replace)
    if as_json:
        failed = [{"name": name, "reason": reason} for name, reason in found.failed]
        emit_json({"added": found.added, "present": found.present, "failed": failed, "notes": found.notes})
    else:
        for name, reason in found.failed:
            say(f"{name}: {reason}")
        _say_notes(found.notes)
        say(f"{found.added} added, {found.present} there already, {len(found.failed)} left out.")
    if found.notes and not (found.added or found.present or found.failed):
        return Exit.CORRUPT
    return Exit.PARTIAL if found.failed else Exit.OK


@command(examples=("mapix ab export people.vcf", "mapix ab export --version 3.0 > people.vcf"))
@click.argument("file", required=False, type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--version", type=click.Choice(["3.0", "4.0"]), default="4.0", help="Of the cards; 4.0 by default.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@container_option
@json_option
@profile_option
def export(
    file: Path | None, version: str, force: bool, container: str | None, as_json: bool, profile: str | None
) -> None:
    """Write the personal address book as a file of vCards; to standard output without FILE, or with -.

    What of the entries has no place in a card is told.
    """
    from mapix.client.files import writing

    file = None if file == Path("-") else file
    if file is not None and file.exists() and not force:
        raise click.UsageError(f"{file} is there already; --force writes over it.")
    notes: list[str] = []
    with logged_on(profile) as session:
        if container is None:
            check_personal(session)
        data = session.address_book.export_cards(version, container, notes=notes)
    if not as_json:
        _say_notes(notes)
    count = data.count(b"BEGIN:VCARD")
    if file is not None:
        with writing(file) as opened:
            opened.write(data)
        tell(as_json, f"{count} cards in {file}.", cards=count, file=file, notes=notes)
    elif as_json:
        emit_json({"cards": count, "file": None, "text": data.decode("utf-8"), "notes": notes})
    else:
        sys.stdout.buffer.write(data)


def _say_notes(notes: list[str]) -> None:
    """Tell what was not kept, so much of it as people read."""
    for line in notes[:_MOST_REPEATED]:
        say(line)
    if len(notes) > _MOST_REPEATED:
        say(f"... and {len(notes) - _MOST_REPEATED} more of the kind.")
