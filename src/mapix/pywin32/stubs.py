"""Type stubs for scripts: what editors and type checkers need to know of pywin32's MAPI.

    write("typings")

The stubs are made from the table of calls and from the modules themselves: parameters with the types a call takes,
answers with theirs, constants with their values, and what the face says of each call. Nothing else of pywin32 is in
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from mapix.pywin32.calls import CALLS
from mapix.pywin32.iid import PyIID
from mapix.pywin32.stubtypes import ALIASES, answer_type, parameters
from mapix.pywin32.unknown import PyIUnknown

_FIXED: Final = Path(__file__).with_name("typings")
_HEAD: Final = "# written by `mapix stubs`; it writes it anew each time\n"
_RULES: Final = re.compile(r"\s*\((?:section )?[A-Z]{1,4}-\d[^()]*\)")
_MODULES: Final = {
    "win32com/mapi/mapi": "mapi",
    "win32com/mapi/exchange": "exchange",
    "win32com/mapi/mapiutil": "mapiutil",
    "win32com/mapi/mapitags": "mapitags",
    "win32com/mapi/emsabtags": "emsabtags",
    "win32com/storagecon": "storagecon",
    "pythoncom": "pythoncom",
    "winerror": "winerror",
}
"""Stubs made of modules of the face."""

_ENTRY: Final = ("PyIMAPIFolder", "PyIMessage", "PyIAttach", "PyIMailUser", "PyIDistList", "PyIABContainer")
"""What may be behind an identifier: its stub has the methods of all."""


def write(folder: Path | str) -> list[Path]:
    """Write the stubs into a folder, over those that are there; the files written. Other files stay as they are.

    Raises OSError where the folder cannot be written.
    """
    files = [Path(folder, name) for name in stubs()]
    for file, text in zip(files, stubs().values(), strict=True):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return files


def stubs() -> dict[str, str]:
    """Every stub by its path in the folder."""
    fixed = {path.relative_to(_FIXED).as_posix(): path.read_text("utf-8") for path in sorted(_FIXED.rglob("*.pyi"))}
    made = {f"{path}.pyi": _module(name) for path, name in _MODULES.items()}
    made |= {path.replace("com/", "comext/"): _same(path) for path in made if path.startswith("win32com/mapi/")}
    return {name: _HEAD + text for name, text in {**fixed, **made, "_win32typing.pyi": _types()}.items()}


def _module(name: str) -> str:
    module = import_module(f"mapix.pywin32.{name}")
    lines = [f'"""{_words(module)}"""', "", *_imports(name), ""]
    lines += [*_constants(module), "", *_functions(name, module)]
    return "\n".join(lines).rstrip() + "\n"


def _same(path: str) -> str:
    """A module under the name of the place where pywin32 keeps it."""
    name = path.removesuffix(".pyi").replace("/", ".")
    return f'"""`{name}` under its other name."""\n\nfrom {name} import *\n'


def _imports(name: str) -> list[str]:
    if name not in CALLS:
        return ["from typing import Final"]
    lines = ["from collections.abc import Callable, Sequence", "from typing import Any, Final", ""]
    lines.append("from _win32typing import *")
    return [*lines, "from pywintypes import com_error as com_error"] if name == "pythoncom" else lines


def _constants(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        if name.startswith("_") or not name.isidentifier() or isinstance(value, bool):
            continue
        if isinstance(value, int):
            # Scripts that import every tag give some of them anew.
            kind = "int" if name.startswith(("PR_", "PT_")) else "Final"
            yield f"{name}: {kind} = {_number(name, value)}"
            yield from _about(name, value)
        elif isinstance(value, PyIID):
            yield f"{name}: Final[PyIID]"
            yield f'"""{value}"""'


def _number(name: str, value: int) -> str:
    return f"0x{value:08X}" if name.startswith("PR_") else str(value)


def _about(name: str, value: int) -> Iterator[str]:
    """What a tag or a code is called elsewhere, or means."""
    from mapix.properties.errors import MapiError, from_hresult
    from mapix.properties.tag import PropTag, type_name
    from mapix.properties.tagnames import names_of

    if name.startswith("PR_"):
        canonical = next((found for found in names_of(value) if found.startswith("PidTag")), "")
        yield f'"""{", ".join(filter(None, (canonical, "type " + type_name(PropTag(value).type))))}"""'
    elif name.startswith("MAPI_E_"):
        kind = type(from_hresult(value))
        yield f'"""{(getdoc(kind) or "").splitlines()[0]}"""' if kind is not MapiError else '"""A call failed."""'


def _functions(owner: str, module: ModuleType) -> Iterator[str]:
    for name, (given, answer) in CALLS.get(owner, {}).items():
        found = vars(module).get(name)
        if found is not None:
            yield from _function(name, found, given, answer, positional=owner != "mapiutil")
            yield ""
    if owner in ("mapitags", "emsabtags"):
        yield from ("def PROP_TYPE(ulPropTag: int) -> int: ...", "def PROP_ID(ulPropTag: int) -> int: ...")
        yield "def PROP_TAG(ulPropType: int, ulPropID: int) -> int: ..."
    elif owner == "winerror":
        names = (name for name, found in vars(module).items() if callable(found) and not name.startswith("_"))
        yield from (
            f"def {name}(code: int) -> {'bool' if name.isupper() and '_' not in name else 'int'}: ..." for name in names
        )
    elif owner == "pythoncom":
        yield from _OBJECTS


_OBJECTS: Final = (
    "error = com_error",
    "TypeIIDs: dict[PyIID, type[PyIUnknown]]",
    "InterfaceNames: dict[str, PyIID]",
    "ServerInterfaces: dict[PyIID, Any]",
    "Empty: Any",
    "Missing: Any",
    "ArgNotFound: Any",
    "def __getattr__(name: str) -> Any: ...",
)


def _function(
    name: str, found: Any, given: str, answer: str, *, positional: bool = True, method: bool = False
) -> Iterator[str]:
    indent = "    " if method else ""
    listed = (["self"] if method else []) + parameters(given)
    if name == "MAPILogonEx":
        listed = [each.replace("profileName: bytes | str", "profileName: bytes | str | None") for each in listed]
    listed += ["/"] if positional and listed else []
    yield f"{indent}def {name}({', '.join(listed)}) -> {answer_type(answer)}:"
    yield f'{indent}    """{_words(found)}"""'


def _types() -> str:
    lines = ['"""The classes of COM objects, which modules do not offer by name."""', "", *ALIASES, ""]
    for cls in _classes():
        bases = ", ".join(each.__name__ for each in cls.__bases__ if each.__name__ in CALLS or each is PyIUnknown)
        lines += [
            f"class {cls.__name__}({bases}):" if bases else f"class {cls.__name__}:",
            f'    """{_words(cls)}"""',
            "",
        ]
        for name, (given, answer) in CALLS.get(cls.__name__, {}).items():
            lines += _function(name, getattr(cls, name), given, answer, method=True)
        if "__iter__" in vars(cls):
            lines.append("    def __iter__(self) -> Iterator[Element]: ...")
        lines.append("")
    lines += [
        f"class PyIEntry({', '.join(_ENTRY)}):",
        '    """What an identifier opens: which kind, the entry says."""',
        "",
    ]
    return "\n".join(lines)


def _classes() -> list[type]:
    """The wrapper classes that have a name, bases before what is derived from them."""
    import_module("mapix.pywin32.mapi")
    found: list[type] = []
    waiting: list[type] = [PyIUnknown]
    while waiting:
        cls = waiting.pop(0)
        waiting += cls.__subclasses__()
        if cls.__name__.startswith("Py") and cls not in found:
            found.append(cls)
    return found


def _words(thing: Any) -> str:
    """What is said of something, without the numbers of rules."""
    text = _RULES.sub("", getdoc(thing) or "").replace("\\", "\\\\").strip()
    return text.replace("\n", "\n    ") if isinstance(thing, type) or callable(thing) else text


def checker_lines(folder: str) -> Iterable[str]:
    """What to tell type checkers, line by line."""
    yield f'mypy      [tool.mypy] mypy_path = "{folder}" in pyproject.toml, or MYPYPATH={folder}'
    where = "nothing" if folder == "typings" else f'[tool.pyright] stubPath = "{folder}" in pyproject.toml'
    yield f"pyright   {where}"
