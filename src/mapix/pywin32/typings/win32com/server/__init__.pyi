"""Python objects as COM objects."""

from . import util as util
