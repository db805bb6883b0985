"""The file that a paper account's state is in: how it began, then every step that it took."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.money import Money
from bayse_agent.simulation.paper.lines import SealedLines
from bayse_agent.simulation.paper.steps import OPENING, STEP, Opening, Step

T = TypeVar("T")

FORMAT = 1


class PaperLog:
    """One account's log. `opening` is None until `begin`; `steps` are those found in the file."""

    def __init__(self, path: Path) -> None:
        self._lines = SealedLines(path)
        try:
            self.opening = self._opening()
            self.steps = tuple(
                self._value(STEP, number, line)
                for number, line in enumerate(self._lines.lines[1:], start=2)
            )
        except BaseException:
            self._lines.close()
            raise

    def close(self) -> None:
        self._lines.close()

    def begin(self, opening: Opening) -> None:
        """Write the first line."""
        self._lines.append(OPENING.dump_json(opening))
        self.opening = opening

    def note(self, step: Step) -> None:
        """Put a step on the disk: only then may it be answered."""
        self._lines.append(STEP.dump_json(step, exclude_none=True))

    def changed(self, index: int, told: object, now: object) -> ConfigurationError:
        """The error to raise when taking a step again is answered in another way than it was."""
        return ConfigurationError(
            f"{self._lines.path}, line {index + 2}: the paper account answered {told} then and "
            f"{now} now: the program was changed since"
        )

    def _opening(self) -> Opening | None:
        if not self._lines.lines:
            return None
        opening = self._value(OPENING, 1, self._lines.lines[0])
        if opening.format != FORMAT:
            raise self._lines.damaged(1, f"format {opening.format} is of another version")
        return opening

    def _value(self, kind: TypeAdapter[T], number: int, line: bytes) -> T:
        try:
            return kind.validate_json(line)
        except ValidationError as error:
            raise self._lines.damaged(number, f"{error.error_count()} values are wrong") from error


def opened(log: PaperLog | None, bankroll: Money, now_ms: int) -> Opening:
    """How the account began, or begins now."""
    opening = Opening(format=FORMAT, at_ms=now_ms, bankroll=bankroll)
    if log is None:
        return opening
    if log.opening is None:
        log.begin(opening)
        return opening
    if log.opening.bankroll != bankroll:
        raise ConfigurationError(
            f"the paper account was begun with {log.opening.bankroll}, not {bankroll}: "
            "set PAPER_BANKROLL to that, or begin a new account in another directory"
        )
    return log.opening
