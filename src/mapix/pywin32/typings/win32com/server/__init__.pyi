"""Python objects as COM objects."""

from . import exception as exception
from . import util as util
