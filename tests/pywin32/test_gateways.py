"""Python objects of scripts where pywin32 takes COM objects: watchers of progress and streams, on both stores."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.pywin32.calls.world import World, interface, value

from mapix.pywin32 import mapi, mapitags, pythoncom
from mapix.pywin32.errors import com_error, make
from mapix.pywin32.gateways import IID_IMAPIProgress
from mapix.pywin32.win32com.server.exception import COMException, IsCOMException, IsCOMServerException
from mapix.pywin32.win32com.server.util import FileStream, unwrap, wrap

USER_CANCEL = mapi.MAPI_E_USER_CANCEL


class Watcher:
    """Watches, and stops the work where it is told to."""

    _public_methods_ = ("Progress", "GetFlags", "GetMin", "GetMax", "SetLimits")

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.seen: list[tuple[int, int, int]] = []
        self.limits = [0, 1000, 1]

    def Progress(self, amount: int, count: int, total: int) -> Any:  # noqa: N802
        self.seen.append((amount, count, total))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def GetMin(self) -> int:  # noqa: N802
        return self.limits[0]

    def GetMax(self) -> int:  # noqa: N802
        return self.limits[1]

    def GetFlags(self) -> int:  # noqa: N802
        return self.limits[2]

    def SetLimits(self, *given: int | None) -> None:  # noqa: N802
        self.limits = [old if new is None else new for old, new in zip(self.limits, given, strict=True)]


class Bare:
    """Has nothing but what is needed."""

    _com_interfaces_ = (IID_IMAPIProgress,)

    def __init__(self) -> None:
        self.seen: list[int] = []

    def Progress(self, amount: int, count: int, total: int) -> None:  # noqa: N802
        self.seen.append(amount)


def messages(world: World) -> list[bytes]:
    return [value(world.made(f"Number {number}"), mapitags.PR_ENTRYID) for number in range(3)]


def test_a_watcher_is_told_of_long_calls(world: World) -> None:
    """PG-003, PG-004."""
    ids, watcher = messages(world), Watcher()
    assert world.folder.CopyMessages(ids, None, world.other, 0, wrap(watcher), 0) == 0
    assert watcher.seen[-1][0] == 1000
    assert {total for _, _, total in watcher.seen} == {3}
    bare = Bare()
    assert world.folder.SetReadFlags(ids, 0, wrap(bare), mapi.CLEAR_READ_FLAG) == 0
    assert bare.seen
    assert bare.seen == sorted(bare.seen)
    for call in (
        lambda: world.folder.DeleteMessages(ids, 0, wrap(Bare()), 0),
        lambda: world.other.EmptyFolder(0, wrap(Bare()), 0),
        lambda: world.folder.DeleteFolder(value(world.deep, mapitags.PR_ENTRYID), 0, wrap(Bare()), 0),
        lambda: world.message.DeleteAttach(value(world.attach, mapitags.PR_ATTACH_NUM), 0, wrap(Bare()), 0),
    ):
        assert call() in (0, None)


@pytest.mark.parametrize("answer", [USER_CANCEL, make(USER_CANCEL)])
def test_a_watcher_stops_the_work(world: World, answer: Any) -> None:
    """PG-006, PG-007."""
    ids = messages(world)
    with pytest.raises(com_error) as caught:
        world.folder.DeleteMessages(ids, 0, wrap(Watcher(answer)), 0)
    assert caught.value.hresult == USER_CANCEL


def test_a_watcher_that_fails_is_of_no_matter(world: World, caplog: pytest.LogCaptureFixture) -> None:
    ids = messages(world)
    assert world.folder.DeleteMessages(ids, 0, wrap(Watcher(ValueError("oops"))), 0) == 0
    assert "oops" in caplog.text


def test_an_object_that_is_no_watcher_is_refused(world: World) -> None:
    with pytest.raises(com_error) as caught:
        world.folder.EmptyFolder(0, wrap(object()), 0)
    assert caught.value.hresult == -2147467262


def test_a_file_is_a_stream(world: World, tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(b"Subject: From a file\r\n\r\nHello\r\n")
    message = world.folder.CreateMessage(None, 0)
    with path.open("r+b") as file:
        stream = wrap(FileStream(file), pythoncom.IID_IStream)
        assert interface(stream) == "PyIStream"
        world.converter.MIMEToMAPI(stream, message)
        assert value(message, mapitags.PR_SUBJECT_W) == "From a file"
        assert stream.Stat()[2] == path.stat().st_size
        assert (stream.Seek(0, 0), stream.Read(8), stream.Clone().Read(5)) == (0, b"Subject:", b" From")
        stream.SetSize(0)
        stream.Seek(0, 0)
        world.converter.MAPIToMIMEStm(world.message, stream)
        assert stream.Commit(0) is stream.Revert() is None
    assert b"Subject: Minutes" in path.read_bytes()


def test_a_property_is_copied_into_a_scripts_stream(world: World) -> None:
    class Collector:
        _public_methods_ = ("Read", "Write", "Seek")
        data = b""

        def Read(self, amount: int) -> bytes:  # noqa: N802
            return b""

        def Write(self, data: bytes) -> int:  # noqa: N802
            self.data += data[:3]
            return min(3, len(data))

        def Seek(self, offset: int, origin: int) -> int:  # noqa: N802
            return len(self.data)

    collector = Collector()
    stream = world.message.OpenProperty(mapitags.PR_BODY_W, pythoncom.IID_IStream, 0, 0)
    assert stream.CopyTo(wrap(collector), 99) == 10
    assert collector.data.decode("utf-16-le") == "Hello"
    assert unwrap(wrap(collector)) is collector


def test_a_scripts_stream_that_fails_is_a_failed_call(world: World) -> None:
    class Broken:
        _public_methods_ = ("Read", "Seek")

        def Read(self, amount: int) -> bytes:  # noqa: N802
            raise RuntimeError("out of order")

        def Seek(self, offset: int, origin: int) -> int:  # noqa: N802
            raise make(mapi.MAPI_E_NO_SUPPORT)

    with pytest.raises(com_error) as caught:
        world.converter.MIMEToMAPI(wrap(Broken()), world.message)
    assert (caught.value.hresult, "out of order" in str(caught.value)) == (mapi.MAPI_E_CALL_FAILED, True)
    with pytest.raises(com_error):
        wrap(Broken()).Seek(0, 0)


def test_wrap_takes_its_arguments_by_name() -> None:
    """As pywin32's, which is a function of Python."""
    stream = wrap(ob=FileStream(BytesIO(b"text")), iid=pythoncom.IID_IStream, usePolicy=None, useDispatcher=False)
    assert stream.Read(4) == b"text"


def test_an_object_refuses_with_an_exception_of_servers() -> None:
    """Its code is what the caller gets."""

    class Closed:
        _public_methods_ = ("Read", "Seek")
        _com_interfaces_ = (pythoncom.IID_IStream,)

        def Read(self, amount: int) -> bytes:  # noqa: N802
            raise COMException("closed", hresult=-2147287035)

    with pytest.raises(com_error) as caught:
        wrap(Closed()).Read(1)
    assert caught.value.hresult == -2147287035


def test_exceptions_of_servers_know_their_codes() -> None:
    made = COMException(scode=2, source="here", helpContext=7)
    assert (made.hresult, made.scode, made.args[3]) == (-2147024894, -2147024894, -1)
    assert (made.source, made.helpcontext, made.strerror) == ("here", 7, made.description)
    assert COMException(desc="done", scode=1).args == (1, "done", None, -1)
    assert COMException(hresult=-2147467259).strerror == "Unspecified error"
    assert IsCOMException(com_error)
    assert (IsCOMServerException(com_error), IsCOMServerException(COMException)) == (False, True)
