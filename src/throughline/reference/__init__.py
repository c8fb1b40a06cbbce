"""Dated facts that rules rest on: forces, roles, codes, clocks. Data with a source, and one loader."""

from throughline.reference.loader import (
    BadList,
    Column,
    ReferenceList,
    Row,
    UnknownCode,
    UnknownList,
    load,
    names,
)

__all__ = ["BadList", "Column", "ReferenceList", "Row", "UnknownCode", "UnknownList", "load", "names"]
