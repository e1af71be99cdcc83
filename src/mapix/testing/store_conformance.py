"""The conformance suite of message stores: what every store of MAPI does, as tests.

    class TestNotesStore(StoreConformance):
        powers = Powers.ALL & ~Powers.ASSOCIATED

        def make_store(self, tmp_path):
            return notes_store(tmp_path / "notes.db", BenchSupport(), access=Access.MODIFY)

        def open_again(self, tmp_path, *, access=Access.MODIFY, spooler=False):
            return notes_store(tmp_path / "notes.db", BenchSupport(), access=access, spooler=spooler)

Every test is inherited; those of powers a store does not have are skipped. The tests cite the rules they hold.
"""

from __future__ import annotations

from mapix.testing.store_bench import Powers, StoreBench
from mapix.testing.store_bodies import BodyTests
from mapix.testing.store_bulk import BulkTests
from mapix.testing.store_categories import CategoryTests
from mapix.testing.store_copying import CopyTests
from mapix.testing.store_counts import CountTests
from mapix.testing.store_deleted import DeletedTests
from mapix.testing.store_deletedfolders import DeletedFolderTests
from mapix.testing.store_events import EventTests
from mapix.testing.store_folders import FolderTests
from mapix.testing.store_following import FollowingTests
from mapix.testing.store_identifiers import IdentifierTests
from mapix.testing.store_itself import StoreTests
from mapix.testing.store_keys import KeyTests
from mapix.testing.store_messages import MessageTests
from mapix.testing.store_methods import MethodTests
from mapix.testing.store_names import NameTests
from mapix.testing.store_opening import OpeningTests
from mapix.testing.store_order import OrderTests
from mapix.testing.store_partevents import PartEventTests
from mapix.testing.store_parts import AttachmentTests
from mapix.testing.store_preparing import PreparingTests
from mapix.testing.store_properties import PropertyTests
from mapix.testing.store_queue import QueueTests
from mapix.testing.store_reading import ReadingTests
from mapix.testing.store_recipients import RecipientTests
from mapix.testing.store_reports import ReportTests
from mapix.testing.store_restrictions import RestrictionTests
from mapix.testing.store_results import ResultTests
from mapix.testing.store_saving import SavingTests
from mapix.testing.store_search import SearchTests
from mapix.testing.store_searching import SearchingTests
from mapix.testing.store_sending import SendingTests
from mapix.testing.store_special import SpecialFolderTests
from mapix.testing.store_streams import StreamTests
from mapix.testing.store_tableevents import TableEventTests
from mapix.testing.store_tables import TableTests
from mapix.testing.store_unread import UnreadTests
from mapix.testing.store_values import ValueTests

__all__ = ["Powers", "StoreBench", "StoreConformance"]


class StoreConformance(
    PropertyTests,
    ValueTests,
    SavingTests,
    OpeningTests,
    StreamTests,
    NameTests,
    CopyTests,
    MessageTests,
    BodyTests,
    KeyTests,
    RecipientTests,
    AttachmentTests,
    MethodTests,
    ReadingTests,
    StoreTests,
    IdentifierTests,
    SpecialFolderTests,
    FolderTests,
    BulkTests,
    DeletedTests,
    DeletedFolderTests,
    CountTests,
    ReportTests,
    UnreadTests,
    RestrictionTests,
    SearchTests,
    ResultTests,
    FollowingTests,
    SearchingTests,
    SendingTests,
    QueueTests,
    PreparingTests,
    EventTests,
    TableTests,
    OrderTests,
    CategoryTests,
    TableEventTests,
    PartEventTests,
):
    """All store tests; subclass it, name the factory."""
