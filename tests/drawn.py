"""How many examples a random test draws, where it is not the number that all draw.

@settings(max_examples=examples(200))
"""

import os

MANY = os.environ.get("HYPOTHESIS_PROFILE") == "many"


def examples(few: int) -> int:
    """`few`, and ten times as many where many are wanted."""
    return few * 10 if MANY else few
