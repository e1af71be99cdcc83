"""A real Postfix on a loopback port, with a configuration and queues of its own; what it relays ends in a test server.

    with postfix(sink_port) as server:
        ... server.host, server.port, server.ca_file, server.user, server.password ...

Needs root, since Postfix's processes change their user. STARTTLS with a certificate of a test authority, AUTH against a
sasldb2 of its own, nothing beyond 127.0.0.1.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from tests.fixtures_smtp import unused_port

HOST = "127.0.0.1"
USER, PASSWORD, REALM = "ann", "geheim", "test.invalid"
SIZE_LIMIT = 100_000

REFUSED = "refused@example.com"
DEFERRED = "deferred@example.com"
BAD_SENDER = "impostor@example.com"

_PROGRAMS = ("postfix", "postconf", "saslpasswd2")
_SBIN = "/usr/sbin:/sbin:"
_SERVICES = """
{host}:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_MAIN = """
compatibility_level = 3.6
config_directory = {home}
queue_directory = {home}/queue
data_directory = {home}/data
meta_directory = {meta}
shlib_directory = {shlib}
daemon_directory = {daemons}
command_directory = {commands}
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = {home}
maillog_file = {home}/mail.log
myhostname = mail.test.invalid
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
inet_interfaces = {host}
inet_protocols = ipv4
disable_dns_lookups = yes
smtp_host_lookup = native
relayhost = [{host}]:{sink}
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
message_size_limit = {size}
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_delay_reject = yes
smtpd_sender_restrictions = check_sender_access texthash:{home}/senders
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access texthash:{home}/recipients, permit_sasl_authenticated, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = {realm}
smtpd_sasl_security_options = noanonymous
cyrus_sasl_config_path = {home}/sasl
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {home}/cert.pem
smtpd_tls_key_file = {home}/key.pem
smtpd_tls_loglevel = 0
smtp_tls_security_level = none
"""
_SASL = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: PLAIN LOGIN
sasldb_path: {home}/sasldb2
"""


def missing() -> str:
    """Why Postfix cannot be run here; empty when it can."""
    absent = [name for name in _PROGRAMS if _which(name) is None]
    if absent:
        return f"Postfix is not here: {', '.join(absent)}"
    if os.geteuid() != 0:
        return "Postfix needs root to change its user"
    return ""


@dataclass
class Postfix:
    """One running instance."""

    home: Path
    port: int
    host: str = HOST
    user: str = f"{USER}@{REALM}"
    password: str = PASSWORD

    @property
    def ca_file(self) -> str:
        return str(self.home / "ca.pem")

    def start(self) -> None:
        _run("postfix", "-c", str(self.home), "start")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with socket.create_connection((HOST, self.port), timeout=1) as probe:
                    if probe.recv(3) == b"220":
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"Postfix does not answer:\n{self.log()}")

    def stop(self) -> None:
        _run("postfix", "-c", str(self.home), "stop")

    def recipients(self, lines: str) -> None:
        """Set what is said of recipients, and wait until nobody is left who read something else."""
        (self.home / "recipients").write_text(lines)
        before = self._receivers()
        _run("postfix", "-c", str(self.home), "reload")
        deadline = time.monotonic() + 60
        while before & self._receivers():
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def _receivers(self) -> set[str]:
        """The processes that talk with clients; each has read the files when it began."""
        master = (self.home / "queue" / "pid" / "master.pid").read_text().strip()
        listed = subprocess.run(["ps", "-axo", "pid=,ppid=,comm="], capture_output=True, text=True, check=True).stdout
        rows = (line.split(None, 2) for line in listed.splitlines())
        return {pid for pid, parent, name in rows if parent == master and name.strip() == "smtpd"}

    def log(self) -> str:
        path = self.home / "mail.log"
        return path.read_text() if path.exists() else "(no log)"


@contextmanager
def postfix(sink: int) -> Iterator[Postfix]:
    """An instance that relays to `sink`, a port on the loopback."""
    home = Path(tempfile.mkdtemp(prefix="postfix-"))
    server = Postfix(home, unused_port())
    try:
        _configure(server, sink)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home)


def _configure(server: Postfix, sink: int) -> None:
    home = server.home
    home.chmod(0o755)
    known = dict(line.split(" = ", 1) for line in _run("postconf", "-d").splitlines() if " = " in line)
    known |= dict(line.split(" = ", 1) for line in _run("postconf").splitlines() if " = " in line)
    places = {
        "meta": known["meta_directory"],
        "shlib": known["shlib_directory"],
        "daemons": known["daemon_directory"],
        "commands": known["command_directory"],
    }
    values = {"home": home, "host": HOST, "port": server.port, "sink": sink, "realm": REALM, "size": SIZE_LIMIT}
    (home / "main.cf").write_text(_MAIN.format(**values, **places))
    (home / "master.cf").write_text(_SERVICES.format(**values))
    (home / "recipients").write_text(f"{REFUSED} 550 5.1.1 no such user\n{DEFERRED} 451 4.3.0 come back later\n")
    (home / "senders").write_text(f"{BAD_SENDER} 553 5.1.8 you are somebody else\n")
    (home / "data").mkdir()
    shutil.chown(home / "data", "postfix", "postfix")
    (home / "queue").mkdir()
    (home / "sasl").mkdir()
    (home / "sasl" / "smtpd.conf").write_text(_SASL.format(home=home))
    command = ["saslpasswd2", "-c", "-p", "-f", str(home / "sasldb2"), "-u", REALM, USER]
    _run(*command, stdin=PASSWORD)
    shutil.chown(home / "sasldb2", "postfix", "postfix")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(home / "ca.pem"))
    certificate = authority.issue_cert(HOST)
    certificate.private_key_pem.write_to_path(str(home / "key.pem"))
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    (home / "cert.pem").write_bytes(chain)
    (home / "key.pem").chmod(0o600)


def _which(name: str) -> str | None:
    return shutil.which(name, path=_SBIN + os.environ.get("PATH", ""))


def _run(name: str, *args: str, stdin: str = "") -> str:
    program = _which(name)
    assert program is not None
    done = subprocess.run([program, *args], input=stdin, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{name} {' '.join(args)}: {done.stdout}{done.stderr}"
    return done.stdout
