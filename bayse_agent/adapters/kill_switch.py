"""The kill switch that is a file: it stops trading when nothing else of the agent answers."""

from __future__ import annotations

from pathlib import Path

FILE_NAME = "HALT"
_LONGEST_REASON = 200


class FileKillSwitch:
    """`ports.KillSwitch`: pulled while there is a file of that name, whatever is in it.

    The first line of the file, if any, is the reason. A place that cannot be looked at counts as
    pulled.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME

    @property
    def file(self) -> Path:
        return self._file

    def pulled(self) -> str | None:
        """Why trading must stop at once, or None."""
        try:
            with self._file.open("rb") as file:
                first = file.readline(_LONGEST_REASON)
        except FileNotFoundError:
            return None
        except OSError as error:
            return f"the file {self._file} cannot be looked at: {error.strerror}"
        said = first.decode(errors="replace").strip()
        return f"the file {self._file} is there" + (f": {said}" if said else "")

    def pull(self, reason: str) -> None:
        """Put the file there. Raises OSError where it cannot be written."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        # Whatever the reason is written in, and however this computer writes.
        self._file.write_bytes(f"{reason}\n".encode(errors="replace"))

    def release(self) -> bool:
        """Take the file away; whether there was one."""
        try:
            self._file.unlink()
        except FileNotFoundError:
            return False
        return True
