"""The canonical records every map translates to and from."""

from .fields import Part, Record
from .models import ENTITIES
from .scalars import Money, Scalar
from .values import Values, build, flatten

__all__ = ["ENTITIES", "Money", "Part", "Record", "Scalar", "Values", "build", "flatten"]
