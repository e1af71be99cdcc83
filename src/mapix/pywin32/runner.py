"""Running a script as `python script.py` would, with pywin32's module names in place: `mapix run`.

Arguments, `sys.path`, exit code and tracebacks are Python's own. Afterwards the messages the script submitted are
handed over, for as long as MAPIX_EXIT_WAIT seconds allow, and stderr says what is left.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from mapix.pywin32.modules import install

if TYPE_CHECKING:
    from mapix.subsystem.handover import Left

EXIT_WAIT: Final = 30.0
"""Seconds to wait for messages to leave when MAPIX_EXIT_WAIT does not say."""

_SUBSYSTEM: Final = "mapix.subsystem.initialize"
"""What a script that never asks for MAPI does not load."""

_CANNOT_OPEN: Final = 2
_INTERRUPTED: Final = 130


def run_script(path: str | os.PathLike[str], args: Sequence[str] = (), *, exit_wait: float | None = None) -> int:
    """Execute a script as `__main__`; its exit code.

    `args` follow its name in `sys.argv`; `exit_wait` is how many seconds to wait for submitted messages, by default
    those of MAPIX_EXIT_WAIT. A script that cannot be read is told on stderr: 2, as with `python`.
    """
    name = os.fspath(path)
    install()
    try:
        source = Path(name).read_bytes()
    except OSError as error:
        _say(f"can't open file {str(Path(name).absolute())!r}: [Errno {error.errno}] {error.strerror}")
        return _CANNOT_OPEN
    others, started = threading.enumerate(), _is_initialized()
    with _as_main(name, args) as module:
        code = _execute(name, source, module)
        _join_threads(others)
    if _SUBSYSTEM in sys.modules:
        _hand_over(_seconds(exit_wait))
        _uninitialize(started)
    return code


@contextmanager
def _as_main(name: str, args: Sequence[str]) -> Iterator[ModuleType]:
    """A fresh `__main__`, with `sys.argv` and `sys.path` as a script finds them; all as it was afterwards."""
    module = ModuleType("__main__")
    loader = SourceFileLoader("__main__", name)
    vars(module).update(__file__=name, __builtins__=__builtins__, __loader__=loader, __cached__=None)
    if sys.version_info < (3, 14):
        module.__annotations__ = {}
    former = sys.modules.get("__main__"), sys.argv, list(sys.path)
    sys.modules["__main__"] = module
    sys.argv = [name, *args]
    if not sys.flags.safe_path:
        sys.path.insert(0, str(Path(name).resolve().parent))
    try:
        yield module
    finally:
        main, sys.argv, sys.path[:] = former
        if main is not None:
            sys.modules["__main__"] = main


def _execute(name: str, source: bytes, module: ModuleType) -> int:
    """Run the code and tell what ended it; the exit code."""
    try:
        code = compile(source, name, "exec", dont_inherit=True)
        exec(code, vars(module))
    except SystemExit as ended:
        return _exit_code(ended.code)
    except KeyboardInterrupt as error:
        _tell(error)
        return _INTERRUPTED
    except BaseException as error:
        _tell(error)
        return 1
    finally:
        _flush()
    return 0


def _exit_code(code: Any) -> int:
    """What `sys.exit(code)` means: nothing is 0, a number itself, anything else is said on stderr and 1."""
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code)
    _flush()
    print(code, file=sys.stderr)
    return 1


def _tell(error: BaseException) -> None:
    """Have the script's `sys.excepthook` show an error without the frames that are ours."""
    from mapix.pywin32.tracebacks import strip

    _flush()
    strip(error)
    sys.excepthook(type(error), error, error.__traceback__)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()


def _join_threads(others: Sequence[threading.Thread]) -> None:
    """Wait for the threads the script started and that are no daemons, as Python does before it ends."""
    for thread in threading.enumerate():
        if thread not in others and not thread.daemon:
            thread.join()


def _is_initialized() -> bool:
    module = sys.modules.get(_SUBSYSTEM)
    return module is not None and bool(module.is_initialized())


def _uninitialize(started: bool) -> None:
    """Undo what the script left initialized, unless it found it so."""
    from mapix.subsystem.initialize import is_initialized, mapi_uninitialize

    while is_initialized() and not started:
        mapi_uninitialize()


def _seconds(exit_wait: float | None) -> float:
    if exit_wait is not None:
        return max(exit_wait, 0.0)
    text = os.environ.get("MAPIX_EXIT_WAIT", "")
    try:
        return max(float(text), 0.0) if text else EXIT_WAIT
    except ValueError:
        _say(f"MAPIX_EXIT_WAIT is not a number of seconds: {text!r}; waiting {EXIT_WAIT:g}")
        return EXIT_WAIT


def _hand_over(seconds: float) -> None:
    """Hand over what the script submitted, and say what is left."""
    from mapix.subsystem.handover import hand_over

    started = time.monotonic()
    try:
        found = hand_over(seconds)
    except KeyboardInterrupt:
        _say("interrupted; what has not left yet stays queued. Try: mapix spooler flush")
        return
    for left in found:
        _say(_told(left, time.monotonic() - started))


def _told(left: Left, waited: float) -> str:
    flush = f"mapix spooler flush --profile {_quoted(left.profile)}"
    if left.error is not None:
        return f"what was submitted with profile {left.profile} may still be queued: {left.error}. Try: {flush}"
    count, pronoun = (f"{left.messages} messages", "they go") if left.messages != 1 else ("1 message", "it goes")
    after = f" after {waited:.0f} s" if waited >= 1 else ""
    return f"{count} still queued{after}: {pronoun} out with the next session, or: {flush}"


def _quoted(text: str) -> str:
    from shlex import quote

    return quote(text)


def _say(text: str) -> None:
    if sys.stderr is not None:
        print(f"mapix: {text}", file=sys.stderr)
