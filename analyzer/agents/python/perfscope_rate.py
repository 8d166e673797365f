"""How many records are written when there is more than can be."""

import time

# Taken now, before the program can replace it (gevent, freezegun).
now = time.monotonic_ns
# Tasks or messages in a tenth of a second from which on (50000 a second) not every one has a record of its own.
WINDOW = 100000000
MANY = 5000


class Rate:
    """Which of many records are written: all, or one in 2, 4, 8 ... so that about 50000 a second are."""

    __slots__ = ("budget", "since", "every", "left")

    def __init__(self):
        # Records until the clock is looked at again.
        self.budget = MANY
        self.since = 0
        self.every = 1
        self.left = 0

    def weight(self, time):
        """How many the next record stands for; 0 when it is left out. The weights of a process add up to all but the last few,
        which `left` has."""
        self.budget -= 1
        if self.budget < 0 or (self.every > 1 and time - self.since > 4 * WINDOW):
            self.adjust(time)
        if self.every == 1 and not self.left:
            return 1
        self.left += 1
        if self.left < self.every:
            return 0
        weight, self.left = self.left, 0
        return weight

    def adjust(self, time):
        passed = time - self.since
        if passed < WINDOW:
            self.every <<= 1
        elif passed > 4 * WINDOW and self.every > 1:
            # Far fewer than there may be.
            self.every >>= 1
        self.since = time
        self.budget = MANY * self.every
