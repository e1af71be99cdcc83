"""Messages in bulk from one format to others, with counts that add up.

    from mapix.convert.plan import Plan
    from mapix.convert.run import convert

    totals = convert(["mail/"], Plan(to="msg", out="out"))
    assert totals.read == totals.written + totals.repaired + totals.failed + totals.unfit

`sources` find messages, `reading` reads one, `targets` write it, `work` does both for a batch in whatever process,
`workers` and `cluster` are those processes, `journal` remembers what is done, `run` brings it all together.
"""
