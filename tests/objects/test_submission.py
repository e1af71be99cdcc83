"""Submission is one step: when it fails, the message is as usable as before (M-140)."""

from __future__ import annotations

import pytest
from tests.spoolbench import Bench, recipient

from mapix.properties.errors import NotEnoughDisk
from mapix.properties.tags import PR_BODY, PR_ENTRYID, PR_SUBJECT


@pytest.mark.parametrize("saved", [False, True])
def test_a_message_whose_submission_could_not_be_committed_can_be_submitted_again(tmp_path, monkeypatch, saved):
    with Bench(tmp_path) as bench:
        message = bench.folder().create_message()
        message.modify_recipients(0, [recipient("bob@example.com")])
        message.set_props({PR_SUBJECT: "hello", PR_BODY: "long " * 50_000})
        if saved:
            message.save_changes(2)
        database = bench.store.context.backend.database
        end = database.end

        def full(sql):
            if sql == "COMMIT":
                raise NotEnoughDisk("the disk is full")
            end(sql)

        with monkeypatch.context() as patched:
            patched.setattr(database, "end", full)
            with pytest.raises(NotEnoughDisk):
                message.submit_message()
        assert not bench.queue()
        message.submit_message()
        (entry,) = bench.queue()
        sent = bench.store.open_entry(entry.entry_id)
        assert sent.get_prop(PR_SUBJECT) == "hello"
        assert sent.get_prop(PR_ENTRYID) == entry.entry_id
        assert bench.read(sent).properties[PR_BODY].size == 2 * len("long " * 50_000)
