"""Tuples and values: the shapes pywin32 shows, and the values the house works with. Nothing else knows the shapes.

`tags` for property tags, `values` for single properties, `rows` for rows and recipient lists, `restrictions` for
restrictions and sort orders, `names` for named properties, `notifications` for what sinks are told.
"""
