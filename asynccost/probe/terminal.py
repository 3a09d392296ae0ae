"""Asks the user at the terminal that the program was started from."""

import os
from collections.abc import Callable

TERMINAL = "/dev/tty"
LOOK = 0.2  # seconds between two looks at whether somebody else was answered


def wait_for_enter(question: str, answered: Callable[[], bool]) -> str:
    """Block until Enter: "enter", "elsewhere" once another process was answered, "" without a terminal or at its end.

    A program in the background, or without a terminal of its own (a service, CI), has none to ask at.
    """
    import select

    try:
        terminal = os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return ""
    try:
        if os.tcgetpgrp(terminal) != os.getpgrp():
            return ""  # to read in the background would stop the program
        os.write(terminal, question.encode())
        while not answered():
            if select.select([terminal], [], [], LOOK)[0]:
                return "enter" if b"\n" in os.read(terminal, 4096) else ""
        return "elsewhere"
    finally:
        os.close(terminal)
