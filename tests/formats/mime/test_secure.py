"""Signed and encrypted mail is passed through untouched: openssl and gpg verify it afterwards ([MS-OXOSMIME] 2.1.3)."""

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mapix.formats.mime import MimeOptions, from_mime, to_mime
from mapix.formats.msg import MsgFile, content_of, write_msg
from mapix.properties import tags as t
from mapix.properties.content import MessageContent

HEAD = b"From: Ann <ann@example.com>\r\nTo: Bill <bill@example.com>\r\nSubject: Signed\r\nMIME-Version: 1.0\r\n"
ANEW = MimeOptions(original=False)
TEXT = (
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"Gr\xc3\xbc\xc3\x9fe  \r\nof two lines\r\n"
)

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
needs_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key and a certificate of its own."""
    home = tmp_path_factory.mktemp("identity")
    openssl(home, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
            "-days", "2", "-subj", "/CN=Ann/emailAddress=ann@example.com",
            "-addext", "extendedKeyUsage=emailProtection")  # fmt: skip
    (home / "text").write_bytes(TEXT)
    return home


def openssl(home: Path, *words: str) -> bytes:
    return subprocess.run(["openssl", *words], cwd=home, check=True, capture_output=True, timeout=60).stdout


def through_a_file(data: bytes) -> tuple[MessageContent, bytes]:
    """The message of mail, in a .msg file and out again, and the mail made anew of it."""
    file = io.BytesIO()
    write_msg(from_mime(data).value, file)
    with MsgFile.open(file.getvalue()) as opened:
        content = content_of(opened)
        return content, to_mime(content, options=ANEW)


@needs_openssl
def test_what_is_clear_signed_verifies_afterwards_and_shows_its_text(identity: Path) -> None:
    """[MS-OXOSMIME] 2.1.3.1: one attachment with the whole entity, and the text beside it."""
    signed = openssl(identity, "cms", "-sign", "-in", "text", "-signer", "cert.pem", "-inkey", "key.pem",
                     "-outform", "SMIME", "-from", "ann@example.com", "-subject", "Signed")  # fmt: skip
    content, mail = through_a_file(signed)
    assert content.get(t.PR_MESSAGE_CLASS) == "IPM.Note.SMIME.MultipartSigned"
    (entity,) = content.attachments
    assert entity.properties[t.PR_ATTACH_MIME_TAG] == "multipart/signed"
    assert entity.properties[t.PR_ATTACH_DATA_BIN].startswith(b"Content-Type: multipart/signed;")
    assert content.get(t.PR_BODY).startswith("Grüße")
    (identity / "mail").write_bytes(mail)
    openssl(identity, "cms", "-verify", "-in", "mail", "-CAfile", "cert.pem", "-out", "shown")
    assert b"Gr\xc3\xbc\xc3\x9fe" in (identity / "shown").read_bytes()


@needs_openssl
@pytest.mark.parametrize("kind", ["signed", "encrypted"])
def test_what_is_opaque_opens_afterwards(identity: Path, kind: str) -> None:
    """[MS-OXOSMIME] 2.1.3.2: the message is one attachment and has no body."""
    if kind == "signed":
        words = ["-sign", "-nodetach", "-signer", "cert.pem", "-inkey", "key.pem"]
    else:
        words = ["-encrypt", "-aes256"]
    made = openssl(
        identity, "cms", *words, "-in", "text", "-outform", "SMIME", *([] if kind == "signed" else ["cert.pem"])
    )
    content, mail = through_a_file(HEAD.replace(b"MIME-Version: 1.0\r\n", b"") + made)
    assert content.get(t.PR_MESSAGE_CLASS) == "IPM.Note.SMIME"
    assert t.PR_BODY not in content.properties
    assert len(content.attachments) == 1
    (identity / "mail").write_bytes(mail)
    if kind == "signed":
        openssl(identity, "cms", "-verify", "-in", "mail", "-CAfile", "cert.pem", "-out", "shown")
    else:
        openssl(identity, "cms", "-decrypt", "-in", "mail", "-recip", "cert.pem", "-inkey", "key.pem", "-out", "shown")
    assert b"Gr\xc3\xbc\xc3\x9fe" in (identity / "shown").read_bytes()


@needs_gpg
def test_what_pgp_signed_verifies_afterwards(tmp_path: Path) -> None:
    """RFC 3156 5: the signature is over the bytes of the first part."""
    home = tmp_path / "gpg"
    home.mkdir(mode=0o700)
    env = {**os.environ, "GNUPGHOME": str(home)}

    def gpg(*words: str) -> None:
        subprocess.run(
            ["gpg", "--batch", "--yes", *words], env=env, cwd=tmp_path, check=True, capture_output=True, timeout=60
        )

    gpg("--passphrase", "", "--quick-gen-key", "ann@example.com", "ed25519", "sign")
    part = TEXT.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    (tmp_path / "part").write_bytes(part)
    gpg("--armor", "--detach-sign", "--output", "part.asc", "part")
    signature = (tmp_path / "part.asc").read_bytes().replace(b"\n", b"\r\n")
    mail = (
        HEAD + b"Content-Type: multipart/signed; micalg=pgp-sha512;\r\n"
        b' protocol="application/pgp-signature"; boundary="b1"'
        b"\r\n\r\n--b1\r\n" + part + b"\r\n--b1\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\n"
        + signature + b"\r\n--b1--\r\n"
    )  # fmt: skip
    _, again = through_a_file(mail)
    inside = again[again.index(b"--b1\r\n") + 6 : again.index(b"\r\n--b1\r\nContent-Type: application/pgp")]
    (tmp_path / "again").write_bytes(inside)
    gpg("--verify", "part.asc", "again")
    assert inside == part


def test_what_pgp_encrypted_keeps_its_form() -> None:
    """RFC 3156 4: the two parts stay one after another in multipart/encrypted."""
    mail = (
        HEAD + b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b1"\r\n\r\n'
        b"--b1\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
        b"--b1\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n"
        b"\r\nabcd\r\n-----END PGP MESSAGE-----\r\n--b1--\r\n"
    )
    content, again = through_a_file(mail)
    assert content.get(t.PR_MESSAGE_CLASS) == "IPM.Note.SMIME"
    assert again[again.index(b"\r\n\r\n") :] == mail[mail.index(b"\r\n\r\n") :]
    assert b"multipart/encrypted" in again[: again.index(b"\r\n\r\n")]


def test_a_signed_part_among_others_is_ordinary_mail() -> None:
    inner = (
        b'Content-Type: multipart/signed; boundary="s"\r\n\r\n--s\r\n'
        + TEXT
        + b"\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nsig\r\n--s--"
    )
    mail = (
        HEAD
        + b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\n'
        + inner
        + b"\r\n--m\r\n\r\nfooter\r\n--m--\r\n"
    )
    content = from_mime(mail).value
    assert content.get(t.PR_MESSAGE_CLASS) == "IPM.Note"
    assert content.get(t.PR_BODY).startswith("Grüße")
    assert content.get(t.PR_BODY).endswith("footer")
    assert [each.properties[t.PR_ATTACH_MIME_TAG] for each in content.attachments] == ["application/pgp-signature"]
    assert to_mime(content) == mail
