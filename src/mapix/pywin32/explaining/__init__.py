"""What a script does, told while it does it: `mapix run --explain` and `--dry-run`.

`tracing` sees the calls, `describe` puts names to numbers, `lines` writes them down, `leaving` tells of messages that
would be sent.
"""
