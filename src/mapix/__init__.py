"""Extended MAPI for Python on every operating system."""


def __getattr__(name: str) -> str:
    """The version, read when asked for: `mapix.__version__`."""
    if name != "__version__":
        raise AttributeError(f"module 'mapix' has no attribute {name!r}")
    from mapix._version import __version__

    return __version__
