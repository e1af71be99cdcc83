"""What Python objects raise to have a COM call fail with a code."""

from pywintypes import com_error

class COMException(com_error):
    """A failure with a code and a description, by any of their names."""

    scode: int | None
    description: str | None
    source: str | None
    helpfile: str | None
    helpcontext: int | None
    def __init__(
        self,
        description: str | None = None,
        scode: int | None = None,
        source: str | None = None,
        helpfile: str | None = None,
        helpContext: int | None = None,
        desc: str | None = None,
        hresult: int | None = None,
    ) -> None: ...

Exception = COMException

def IsCOMException(t: type[BaseException]) -> bool:
    """Whether a class of exceptions is COM's."""

def IsCOMServerException(t: type[BaseException]) -> bool:
    """Whether a class of exceptions is a server's: COMException or one made of it."""
