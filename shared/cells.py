"""Cells of spreadsheets: what would be taken for a formula, whoever wrote it, stays words."""

SAFE = "'"
"""Before a cell that a spreadsheet would take for a formula."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(words: str) -> str:
    """Words that no spreadsheet takes for a formula."""
    return SAFE + words if words.startswith(FORMULA) else words


def meant(words: str) -> str:
    """The words as they were before they were made safe."""
    return words[1:] if words.startswith(SAFE) and words[1:].startswith(FORMULA) else words
