"""Providers of strangers kept apart: what they raise, how long they take, what they answer, stays their own trouble.

`guarded` stands in for a provider object (see `providers`), `callers` makes calls with a limit of time, `objects`
watches what a provider hands out, `transports` what one says of messages.
"""
