"""Mappings of every kind of file: read from YAML, shipped with the product, kept by name."""

from functools import lru_cache
from importlib import resources
from typing import Any

from crm.loans.imports.mapping import FileMapping, document_in, mapping_from
from crm.loans.imports.row_mapping import RowMapping, row_mapping_from

AnyMapping = FileMapping | RowMapping


def any_mapping_from(name: str, document: Any) -> AnyMapping:
    """Check a mapping by the kind of file it says it is of; a portfolio, if it says none."""
    if isinstance(document, dict) and document.get("kind", "portfolio") != "portfolio":
        return row_mapping_from(name, document)
    return mapping_from(name, document)


def parse_any(name: str, text: str) -> AnyMapping:
    """Read a mapping written as YAML; raise Invalid where it cannot be used."""
    return any_mapping_from(name, document_in(text))


@lru_cache(maxsize=1)
def shipped_mappings() -> dict[str, AnyMapping]:
    """Return the mappings that come with the product, by name."""
    folder = resources.files("crm.loans.imports") / "mappings"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    named = {file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8") for file in files}
    return {name: parse_any(name, text) for name, text in named.items()}
