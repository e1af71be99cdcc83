"""What Outlook keeps besides mail, each kind a class: contacts, distribution lists, tasks, notes, posts, reports.

    import mapix

    ann = mapix.Contact(given_name="Ann", surname="Archer", emails=["ann@example.org"])
    ann.save("ann.msg")
    mapix.open("ann.msg").emails

`classes` says which class a message class has; `base` has what they share, `fields` their named properties.
"""
