"""The main job, from nothing to delivered mail: `make run`.

In a scratch home of its own it starts a real SMTP server, makes a profile with a SQLite store and an SMTP transport,
and runs `examples/send_mail.py`, an ordinary win32com.mapi script. Then it shows what the server was told, what
arrived, and what the folders hold. Needs no network, no account and nobody at a terminal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from email import message_from_string, policy
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

HERE = Path(__file__).parent
OWN, OTHER, HIDDEN = "you@mapix.example", "ann@elsewhere.example", "auditor@elsewhere.example"
SUBJECT = "From win32com.mapi"
SECONDS = 60


class Job:
    """One run in a directory of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.record = place / "smtp.jsonl"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAPIX_")}
        self.env = {**kept, "MAPIX_HOME": str(place / "home")}

    def mapix(self, *args: str) -> str:
        """Run a `mapix` command and give back what it prints; stop the job when it fails."""
        print(f"\n$ mapix {' '.join(f'{word!r}' if ' ' in word else word for word in args)}", flush=True)
        command = [sys.executable, "-m", "mapix", *args]
        ran = subprocess.run(
            command,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        print((ran.stderr + ran.stdout).rstrip(), flush=True)
        if ran.returncode:
            raise SystemExit(f"mapix {args[0]} failed with {ran.returncode}; everything is in {self.place}")
        return ran.stdout

    def start_server(self) -> tuple[subprocess.Popen[str], int]:
        """The SMTP server in a process of its own, and its port."""
        server = subprocess.Popen(
            [sys.executable, str(HERE / "smtp_server.py"), str(self.record)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        line = server.stdout.readline()
        if not line:
            raise SystemExit("the SMTP server did not start")
        return server, int(line)

    def taken(self) -> list[dict[str, Any]]:
        """What the server wrote down."""
        lines = self.record.read_text(encoding="utf-8").splitlines() if self.record.exists() else []
        return [json.loads(line) for line in lines]


def run(job: Job, port: int) -> None:
    """The journey."""
    server = ("--smtp-host", "127.0.0.1", "--smtp-port", str(port), "--smtp-security", "none")
    job.mapix("init", "--yes", "--address", OWN, "--name", "You", *server)
    job.mapix("run", str(HERE / "send_mail.py"), OTHER, SUBJECT, "--cc", OWN, "--bcc", HIDDEN)
    job.mapix("spooler", "flush")
    job.mapix("ls", "sent")
    job.mapix("ls", "inbox")
    job.mapix("show", "inbox#1", "--peek")


def check(job: Job) -> dict[str, Any]:
    """What the server took, after making sure that it is what was sent."""
    taken = [record for record in job.taken() if "message" in record]
    recipients = sorted(address for record in taken for address in record["to"])
    if recipients != sorted([OTHER, HIDDEN]):
        raise SystemExit(f"the server was to get mail for {OTHER} and {HIDDEN}, and got {recipients}")
    if HIDDEN in message_from_string(taken[0]["message"])["to"] or "bcc" in message_from_string(taken[0]["message"]):
        raise SystemExit("the hidden recipient is visible")
    return taken[0]


def show_conversation(taken: dict[str, Any]) -> None:
    """The SMTP conversation's outcome, and the mail as the server has it."""
    print(f"\nThe SMTP server's side: hello from {taken['hello']}, mail from {taken['from']},")
    print(f"accepted for {', '.join(taken['to'])}, answered {taken['reply']!r}. The mail it took:\n")
    message = message_from_string(taken["message"], policy=policy.default)
    for name, value in message.items():
        print(f"    {name}: {value}")
    body = message.get_body(("plain",))
    print("".join(f"\n    {line}" for line in body.get_content().splitlines()) if body else "")


def explain(job: Job) -> None:
    """What happened, and what to type next."""
    print(f"""
What happened: an ordinary win32com.mapi script logged on, opened the default store's Outbox, made a message with a To,
a Cc and a Bcc recipient, and submitted it. The spooler sent it by SMTP to a server outside, delivered the copy for
{OWN} itself, and moved the message to Sent Items. Nobody saw the Bcc recipient.

The same script with your own profile:
  mapix init
  mapix run examples/send_mail.py YOUR-ADDRESS Hello
  mapix ls
Everything of this run is in {job.place}; look at it with
  MAPIX_HOME={job.place / "home"} mapix ls sent""")


def main() -> None:
    """Run the job; the server ends whatever happens."""
    job = Job(Path(mkdtemp(prefix="mapix-main-job-")))
    server, port = job.start_server()
    assert server.stdin is not None
    try:
        run(job, port)
        show_conversation(check(job))
    finally:
        server.stdin.close()
        server.wait(SECONDS)
    explain(job)


if __name__ == "__main__":
    main()
