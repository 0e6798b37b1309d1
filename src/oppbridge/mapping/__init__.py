"""Maps: the two-way translation between native rows and canonical values, from YAML files."""

from .check import Finding, check_map
from .compile import CompiledMap, compile_map
from .load import load_map, parse_map
from .shape import CollectionMap, EntityMap, FieldMap
from .yaml_text import load_yaml, parse_yaml

__all__ = [
    "CollectionMap",
    "CompiledMap",
    "EntityMap",
    "FieldMap",
    "Finding",
    "check_map",
    "compile_map",
    "load_map",
    "load_yaml",
    "parse_map",
    "parse_yaml",
]
