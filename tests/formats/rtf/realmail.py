"""Real messages that have RTF and a text beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mapix.formats.msg import MsgFile
from mapix.formats.rtf import decompress
from mapix.properties import tags
from mapix.properties.value import whole

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "msg"

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not there")


def rtf_and_text() -> Iterator[tuple[str, bytes, str]]:
    """The name of each file, its RTF, and the text that its sender put beside it."""
    for path in sorted(CORPUS.glob("*/*.msg")):
        if "clusterfuzz" in path.name:
            continue
        with MsgFile.open(path) as file:
            packed, body = file.message.get(tags.PR_RTF_COMPRESSED), file.message.get(tags.PR_BODY)
            if not packed or not body:
                continue
            rtf, text = decompress(whole(tags.PR_RTF_COMPRESSED, packed)).value, whole(tags.PR_BODY, body)
        yield path.name, rtf, text
