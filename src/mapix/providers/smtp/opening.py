"""A conversation with a mail server up to where it takes mail: connect, greet, protect, log on (RFC 5321, RFC 3207,
RFC 4954).

`opened` raises `NetworkError` for a server that cannot be reached or trusted, `LogonFailed` for a user it does not
know; each says what is wrong in one sentence.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from typing import Final

from mapix.properties.errors import LogonFailed, NetworkError
from mapix.providers.smtp.server import ConnectionLostError, Reply, Server
from mapix.providers.smtp.service import STARTTLS, TLS

_SET: Final = "mapix service configure SMTP"


def opened(server: Server) -> smtplib.SMTP:
    """A conversation that is ready for mail."""
    smtp = _connect(server)
    try:
        _greet(server, smtp)
        _protect(server, smtp)
        _log_on(server, smtp)
    except BaseException:
        smtp.close()
        raise
    return smtp


def lost(server: Server, error: Exception) -> ConnectionLostError:
    """The error for a connection that broke."""
    return ConnectionLostError(f"the connection to {server} was lost ({_words(error)})")


def _connect(server: Server) -> smtplib.SMTP:
    try:
        if server.security == TLS:
            context = _context(server)
            return smtplib.SMTP_SSL(
                server.host, server.port, local_hostname="localhost", timeout=server.timeout, context=context
            )
        return smtplib.SMTP(server.host, server.port, local_hostname="localhost", timeout=server.timeout)
    except smtplib.SMTPConnectError as error:
        raise _refused(server, "does not want to talk", error) from error
    except ssl.SSLError as error:
        raise _untrusted(server, error) from error
    except (OSError, smtplib.SMTPException) as error:
        text = f"the mail server {server} cannot be reached: {_words(error)}"
        raise NetworkError(text, hint="mapix doctor, when host and port are right and the network works") from error


def _greet(server: Server, smtp: smtplib.SMTP) -> None:
    smtp.local_hostname = server.ehlo_name or _own_name(smtp.sock)
    try:
        smtp.ehlo_or_helo_if_needed()
    except smtplib.SMTPResponseException as error:
        raise _refused(server, "refuses the greeting", error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise lost(server, error) from error


def _protect(server: Server, smtp: smtplib.SMTP) -> None:
    if server.security != STARTTLS:
        return
    try:
        smtp.starttls(context=_context(server))
        smtp.ehlo()
    except smtplib.SMTPNotSupportedError as error:
        text = f"the mail server {server} does not offer STARTTLS; nothing is sent unprotected"
        raise NetworkError(text, hint=f"{_SET} security=tls, or security=none") from error
    except ssl.SSLError as error:
        raise _untrusted(server, error) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(server, "refuses STARTTLS", error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise lost(server, error) from error


def _log_on(server: Server, smtp: smtplib.SMTP) -> None:
    user = server.user
    if not user:
        return
    password = server.password()
    if password is None:
        raise LogonFailed(f"there is no password for {user} at {server}", hint=f"{_SET} password_command=…")
    try:
        smtp.login(user, password)
    except smtplib.SMTPAuthenticationError as error:
        reply = _reply_of(error)
        text = f"the mail server {server} does not accept the password of {user}: {reply.code} {reply.text}"
        raise LogonFailed(text, low_level=reply.code, hint=f"{_SET} user=… password_command=…") from error
    except smtplib.SMTPNotSupportedError as error:
        text = f"the mail server {server} offers no logon over this connection"
        raise LogonFailed(text, hint=f"{_SET} security=starttls, or user=") from error
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise LogonFailed(f"the logon of {user} at {server} failed: {_words(error)}") from error


def _context(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.ca_file:
        try:
            context.load_verify_locations(server.ca_file)
        except (OSError, ssl.SSLError) as error:
            text = f"the certificates in {server.ca_file} cannot be read: {_words(error)}"
            raise NetworkError(text, hint=f"{_SET} ca_file=…") from error
    if not server.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _refused(server: Server, what: str, error: smtplib.SMTPResponseException) -> NetworkError:
    reply = _reply_of(error)
    return NetworkError(f"the mail server {server} {what}: {reply.code} {reply.text}", low_level=reply.code)


def _untrusted(server: Server, error: ssl.SSLError) -> NetworkError:
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f"the certificate of {server} is not trusted: {error.verify_message}"
        hint = f"{_SET} ca_file=…, or host= with the name the certificate is for"
        return NetworkError(text, low_level=error.verify_code, hint=hint)
    return NetworkError(f"there is no TLS with {server}: {_words(error)}")


def _reply_of(error: smtplib.SMTPResponseException) -> Reply:
    said = error.smtp_error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return Reply(error.smtp_code, " ".join(text.split()))


def _own_name(sock: socket.socket | None) -> str:
    """The address of our end as a name for EHLO (RFC 5321 4.1.3)."""
    address = sock.getsockname()[0] if sock is not None else "127.0.0.1"
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _words(error: Exception) -> str:
    """An exception as half a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__
