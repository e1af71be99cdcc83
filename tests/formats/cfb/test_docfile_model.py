"""Random transactions on a compound file, beside a model of nested dictionaries that does the same."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.formats.cfb.cfb_cases import RW, Tree, storage_tree, strictly

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.storage import Commit, Mode, Storage
from mapix.formats.storageerrors import StorageError

NAMES = ("a", "b", "cc", "DD", "e\u00e9", "long name of a stream")
SIZES = (0, 1, 63, 64, 100, 4095, 4096, 4097, 9000, 70_000)


class Level:
    """An open storage beside its model; a transacted one has its parent's model too."""

    def __init__(self, storage: Storage, tree: Tree, above: Tree | None) -> None:
        self.storage, self.tree, self.above = storage, tree, above

    def commit(self, flags: int) -> None:
        self.storage.commit(flags)
        if self.above is not None:
            self.above.clear()
            self.above.update(copy.deepcopy(self.tree))

    def revert(self) -> None:
        self.storage.revert()
        if self.above is not None:
            self.tree.clear()
            self.tree.update(copy.deepcopy(self.above))


class Player:
    """Plays at random on the innermost open storage."""

    def __init__(self, chance: random.Random, version: int) -> None:
        self.chance, self.place = chance, MemoryBytes()
        root = create_docfile(self.place, RW | Mode.TRANSACTED, version=version)
        self.committed: Tree = {}
        self.levels = [Level(root, {}, self.committed)]

    def play(self) -> None:
        moves = [self.write] * 6 + [self.change] * 6 + [self.storage, self.destroy, self.rename, self.move]
        moves += [self.go_in] * 3 + [self.go_out, self.commit, self.commit, self.revert]
        self.chance.choice(moves)()
        level = self.levels[-1]
        assert storage_tree(level.storage) == level.tree

    @property
    def now(self) -> tuple[Storage, Tree]:
        return self.levels[-1].storage, self.levels[-1].tree

    def name(self) -> str:
        return self.chance.choice(NAMES)

    def data(self) -> bytes:
        return bytes([self.chance.randrange(256)]) * self.chance.choice(SIZES)

    def write(self) -> None:
        storage, tree = self.now
        name, data = self.name(), self.data()
        with storage.create_stream(name, RW | Mode.CREATE) as stream:
            stream.write(data)
        tree[name] = data

    def change(self) -> None:
        storage, tree = self.now
        streams = [name for name, value in tree.items() if isinstance(value, bytes)]
        if not streams:
            return
        name = self.chance.choice(streams)
        before = tree[name]
        with storage.open_stream(name, RW) as stream:
            if self.chance.random() < 0.3:
                size = self.chance.choice(SIZES)
                stream.set_size(size)
                tree[name] = before[:size] + bytes(max(size - len(before), 0))
            else:
                at, data = self.chance.randrange(len(before) + 50), self.data()
                stream.seek(at)
                stream.write(data)
                grown = before + bytes(max(at - len(before), 0)) if data else before
                tree[name] = grown[:at] + data + grown[at + len(data) :]

    def storage(self) -> None:
        storage, tree = self.now
        name = self.name()
        storage.create_storage(name, RW | Mode.CREATE).close()
        tree[name] = {}

    def destroy(self) -> None:
        storage, tree = self.now
        if tree:
            name = self.chance.choice(sorted(tree))
            storage.destroy_element(name)
            del tree[name]

    def rename(self) -> None:
        storage, tree = self.now
        name, new = self.name(), self.name()
        try:
            storage.rename_element(name, new)
        except StorageError:
            assert name not in tree or (new in tree and new != name)
        else:
            tree[new] = tree.pop(name)

    def move(self) -> None:
        storage, tree = self.now
        name, new = self.name(), self.name()
        try:
            storage.move_element_to(name, storage, new, copy=True)
        except StorageError:
            assert name not in tree or new in tree
        else:
            tree[new] = copy.deepcopy(tree[name])

    def go_in(self) -> None:
        storage, tree = self.now
        below = [name for name, value in tree.items() if isinstance(value, dict)]
        if not below or len(self.levels) > 3:
            return
        name = self.chance.choice(below)
        if self.chance.random() < 0.5:
            opened = storage.open_storage(name, RW | Mode.TRANSACTED)
            self.levels.append(Level(opened, copy.deepcopy(tree[name]), tree[name]))
        else:
            self.levels.append(Level(storage.open_storage(name, RW), tree[name], None))

    def go_out(self) -> None:
        if len(self.levels) > 1:
            self.levels.pop().storage.close()

    def commit(self) -> None:
        level = self.chance.choice(self.levels)
        flags = Commit.CONSOLIDATE if self.chance.random() < 0.2 else 0
        level.commit(flags)
        if level is self.levels[0]:
            assert strictly(bytes(self.place.data)) == self.committed

    def revert(self) -> None:
        self.levels[-1].revert()

    def end(self) -> None:
        self.levels[0].storage.close()
        assert strictly(bytes(self.place.data)) == self.committed
        with open_docfile(self.place) as again:
            assert storage_tree(again) == self.committed


def game(seed: int, moves: int) -> tuple[Tree, Tree]:
    """What a file holds after so many moves, and what the model does."""
    chance = random.Random(seed)
    player = Player(chance, chance.choice([3, 3, 4]))
    for _ in range(moves):
        player.play()
    player.end()
    return strictly(bytes(player.place.data)), player.committed


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 2**63), st.integers(1, 60))
def test_random_transactions_do_what_the_model_does(seed: int, moves: int) -> None:
    held, meant = game(seed, moves)
    assert held == meant


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(400))
def test_long_random_transactions_do_what_the_model_does(seed: int) -> None:
    held, meant = game(seed, 400)
    assert held == meant


def test_random_sequences_survive_reopening() -> None:
    place: Any = MemoryBytes()
    chance = random.Random(5)
    create_docfile(place).close()
    tree: Tree = {}
    for _ in range(25):
        with open_docfile(place, RW) as root:
            for _ in range(chance.randrange(4)):
                name, data = chance.choice(NAMES), bytes([chance.randrange(256)]) * chance.choice(SIZES)
                with root.create_stream(name, RW | Mode.CREATE) as stream:
                    stream.write(data)
                tree[name] = data
        assert strictly(bytes(place.data)) == tree
