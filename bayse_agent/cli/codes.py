"""What the program ends with, so that a script can tell what became of what it asked for."""

from __future__ import annotations

DONE = 0
FAILED = 1
"""It was tried and did not work; or books, journal or a check were found not to be sound."""
BAD_INPUT = 2
"""What was typed or set cannot be used: nothing was tried."""
REFUSED = 3
"""The trader looked at it and said no, or nobody said yes: nothing was changed."""
NO_ANSWER = 4
"""It is written down, and the trader has not answered in time: it may still happen."""
INTERRUPTED = 130

MEANINGS = {
    DONE: "done",
    FAILED: "failed, or something was found not to be sound",
    BAD_INPUT: "bad input: nothing was tried",
    REFUSED: "refused: nothing was changed",
    NO_ANSWER: "written down, but not answered in time: it may still happen",
    INTERRUPTED: "interrupted",
}
