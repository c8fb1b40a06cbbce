"""What is written to be trusted is sealed: one list of every file's SHA-256, which `sha256sum -c` checks too."""

import hashlib
from pathlib import Path
from typing import Final

SUMS: Final = "SHA256SUMS"


def seal(folder: Path) -> str:
    """Write the sums of every file in a folder, and give the SHA-256 of that list: who knows it knows the folder to the last byte."""
    text = "".join(f"{_sum(folder / name)}  {name}\n" for name in _names(folder))
    (folder / SUMS).write_text(text, encoding="utf-8", newline="")
    return _sum(folder / SUMS)


def unsealed(folder: Path, expected: str | None = None) -> list[str]:
    """What is no longer as it was sealed, in words. A folder that was never sealed has nothing to say unless a seal is expected."""
    if not (folder / SUMS).exists():
        return [f"{SUMS}: is not there, and a seal is expected."] if expected else []
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return [f"{SUMS}: is no UTF-8 text."]
    faults = []
    if expected and _sum(folder / SUMS) != expected.strip().lower():
        faults.append(f"{SUMS}: is not the list that was sealed.")
    sealed = {name: told for told, _, name in (line.partition("  ") for line in lines)}
    there = _names(folder)
    faults += [f"{name}: was sealed and is not there." for name in sealed if name not in there]
    for name in there:
        if name not in sealed:
            faults.append(f"{name}: was put there after the folder was sealed.")
        elif _sum(folder / name) != sealed[name]:
            faults.append(f"{name}: was changed after the folder was sealed.")
    return faults


def _names(folder: Path) -> list[str]:
    found = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [path.as_posix() for path in found if path != Path(SUMS)]


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
