"""A process that commits, to be killed: `python -m tests.formats.cfb.kill_process FILE`; see `tests.killedforks`."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from tests.formats.cfb.cfb_cases import RW, Tree, put, read_tree
from tests.killedforks import Marks, serve

from mapix.formats.cfb import CompoundFile
from mapix.formats.cfb.storage import open_docfile
from mapix.formats.storage import Commit, Mode, Storage

FLAGS = (Commit.DEFAULT, Commit.DANGEROUSLYCOMMITMERELYTODISKCACHE, Commit.CONSOLIDATE)


def state(number: int) -> Tree:
    """What the file has after commit `number`."""
    chance = random.Random(number)
    tree: Tree = {"number": str(number).encode()}
    for place in range(chance.randrange(1, 12)):
        size = chance.choice([0, 10, 100, 4000, 5000, 30_000, 90_000])
        tree[f"stream {place} {chance.randrange(3)}"] = bytes([number & 0xFF]) * size
    tree["below"] = {f"{place}": b"x" * chance.randrange(200) for place in range(chance.randrange(60))}
    return tree


def become(root: Storage, tree: Tree) -> None:
    """Change what an open storage has into a tree, by as little as possible."""
    for element in root.elements():
        if element.name not in tree:
            root.destroy_element(element.name)
    for name, value in tree.items():
        if isinstance(value, bytes):
            put(root, name, value)
        else:
            with root.create_storage(name, RW | Mode.CREATE) as below:
                become(below, value)


def work(path: Path) -> None:
    """Commit one state after another."""
    with CompoundFile.open(path) as file:
        number = int(read_tree(file)["number"])
    marks = Marks(path)
    with open_docfile(path, RW | Mode.TRANSACTED) as root:
        while True:
            number += 1
            become(root, state(number))
            marks.begin(number)
            root.commit(FLAGS[number % 3])
            marks.done(number)


if __name__ == "__main__":
    serve(work, Path(sys.argv[1]))
