"""Python code for COM servers: there are none outside Windows, where every call says so."""

from typing import Any, Final

is_readonly: Final = True

def EnsureDispatch(prog_id: Any, *rest: Any, **named: Any) -> Any:
    """A COM server by its name; com_error outside Windows."""

def EnsureModule(typelib: Any, *rest: Any, **named: Any) -> Any:
    """As EnsureDispatch."""

def GetGeneratePath() -> str:
    """Where code would be put: nowhere."""
