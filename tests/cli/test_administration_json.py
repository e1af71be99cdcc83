"""What administration did, as JSON."""

from pathlib import Path

import click

from .conftest import Mapix
from .test_main import every_command


def test_every_command_of_administration_speaks_json() -> None:
    groups = ("profile", "service", "provider", "vault", "broker", "ab")
    silent = [
        " ".join(path)
        for path, command in every_command()
        if path[0] in groups
        and not isinstance(command, click.Group)
        and not any("--json" in each.opts for each in command.params)
    ]
    assert silent == []


def test_what_was_done_is_told_as_json(mapix: Mapix, tmp_path: Path) -> None:
    mapix.init()
    assert mapix.json("profile", "create", "Work")["profile"] == "Work"
    assert mapix.json("profile", "copy", "Work", "Home") == {"schema": 1, "profile": "Home", "copied_from": "Work"}
    assert mapix.json("profile", "rename", "Home", "House")["in_use"] is False
    assert mapix.json("profile", "default", "Work") == {"schema": 1, "profile": "Work"}
    assert mapix.json("profile", "default") == {"schema": 1, "profile": "Work"}
    assert mapix.json("profile", "repair")["repaired"] is False
    added = mapix.json("service", "add", "SMTP", "--host", "mail.example.org")
    assert (added["profile"], added["service"], added["missing"]) == ("Work", "SMTP", [])
    assert mapix.json("service", "configure", added["uid"], "port=2525")["changed"] == ["port"]
    copied = mapix.json("service", "copy", added["uid"])
    assert copied["copied_from"] == added["uid"]
    assert mapix.json("service", "remove", copied["uid"])["uid"] == copied["uid"]
    assert mapix.json("service", "primary", "SMTP") == {"schema": 1, "service": "SMTP"}
    file = tmp_path / "work.toml"
    assert mapix.json("profile", "export", "Work", "-o", str(file))["file"] == str(file)
    assert "[[service]]" in mapix.json("profile", "export", "Work")["text"]
    assert mapix.json("profile", "import", str(file), "--as", "Again")["profile"] == "Again"
    assert mapix.json("profile", "delete", "Again", "--yes") == {"schema": 1, "profile": "Again", "in_use": False}
    assert mapix.json("broker", "stop") == {"schema": 1, "stopped": False}


def test_what_was_done_to_an_address_book_is_told_as_json(mapix: Mapix, tmp_path: Path) -> None:
    mapix.init()
    added = mapix.json("ab", "add", "Ann Archer", "ann@example.org")
    assert added["fields"]["name"] == "Ann Archer"
    assert mapix.json("ab", "edit", "Ann Archer", "--set", "title=Bowyer")["fields"]["title"] == "Bowyer"
    assert mapix.json("ab", "export")["cards"] == 1
    assert mapix.json("ab", "export", str(tmp_path / "people.vcf"))["file"] == str(tmp_path / "people.vcf")
    (gone,) = mapix.json("ab", "rm", "Ann Archer")["deleted"]
    assert gone["entry_id"] == added["entry_id"]
