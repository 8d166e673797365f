"""One look at every thread of this process, and its records."""

import os
import sys

from perfscope_records import field
from perfscope_stacks import stacks_of_this_interpreter
from perfscope_threads import (
    LINUX,
    OWN,
    PENDING,
    SHARE,
    Lane,
    native_id,
    now,
    process_cpu,
    process_name,
    thread_clocks_work,
    thread_cpu,
    threading_name,
    waits_for,
)

# A new thread is known to `threading` a moment after its first frame is; then other ways to find its system id are tried.
PATIENCE = 4
# To ask what a thread waits for takes a descriptor for a moment. A program that closes all of them and opens files of its
# own, as daemons do when they begin, could find one of those closed by us; so the first second is left alone.
SETTLED = 1000000000
# Python 3.6 tells no thread's system id.
BY_PAIRING = LINUX and sys.version_info < (3, 7)
# An idle thread is looked up in /proc once, and again when it has run. Beside a busy thread each of the three file calls
# waits for the GIL, so this few a tick.
LOOKUPS = 4
LOOKUPS_BESIDE_BUSY = 1


class Sampler:
    def __init__(self, file, main, base, pairing, forced):
        """`main`, `base`: ident of the main thread, and its CPU time when the agent began."""
        self.file = file
        self.stacks = stacks_of_this_interpreter(file, forced)
        self.main = main
        self.base = base
        self.pairing = pairing
        self.own_ident = 0
        self.lanes = {}
        self.count = 0
        self.has_clocks = thread_clocks_work()
        self.machine = os.uname().machine if LINUX else ""
        self.last = self.began = now()
        # CPU of the process that lanes and sampler account for, as of the last tick with a lane that has no clock.
        self.seen = None
        self.name = ""
        self.blind = False

    def runs_on(self, ident, thread):
        """Ident and system id of the sampling thread, which is not sampled."""
        self.own_ident = ident
        self.pairing.own = thread

    def tick(self, missed, mention_all):
        """Records one observation of every thread. `missed`: ticks left out since the start. Threads that did not run since
        the last tick are not mentioned, unless `mention_all`."""
        if self.others_run():
            self.account("T", missed, True)
            return
        frames = self.stacks.snapshot()
        time = now()
        interval = time - self.last
        groups = []
        spent = 0
        busy = False
        # Newest first in CPython: reversed, lanes begin in the order in which their threads did.
        for ident in reversed(list(frames)):
            if ident == self.own_ident:
                continue
            lane = self.lanes.get(ident)
            cpu = -1 if lane is None else self.clock(lane)
            if cpu < 0:
                if lane is not None:
                    # The thread has ended, and another one got its ident.
                    self.end(lane)
                lane = self.begin(ident)
                cpu = max(0, self.clock(lane))
            ran = cpu - lane.cpu
            lane.cpu = cpu
            if ran or lane.stack < 0 or lane.clock != OWN:
                spent += ran
                busy = busy or ran * 2 > interval
                lane.idle = 0
                lane.wait = ""
                lane.stack = self.stacks.stack(frames[ident])
                groups.append("%d,%d,%d" % (lane.number, lane.stack, cpu))
            else:
                # Not a nanosecond of CPU: it stands where it stood, there is no need to look.
                lane.idle += 1
                if mention_all:
                    groups.append("%d,%d,%d" % (lane.number, lane.stack, cpu))
        if len(self.lanes) >= len(frames):
            for lane in [lane for ident, lane in self.lanes.items() if ident not in frames]:
                self.end(lane)
        # Frames keep the program's objects alive.
        frames = None
        self.last = time
        self.file.add("T\t%d\t%d\t%s" % (time, missed, "\t".join(groups)))
        self.share(spent)
        if LINUX:
            self.find_threads()
            self.find_waits(busy)

    def clock(self, lane):
        """CPU nanoseconds of a lane, -1 when its thread has ended."""
        if lane.clock != OWN:
            return lane.cpu
        try:
            return thread_cpu(lane.thread)
        except OSError:
            return -1

    def begin(self, ident):
        lane = self.lanes[ident] = Lane(self.count, ident, self.last)
        self.count += 1
        if LINUX:
            lane.thread = os.getpid() if ident == self.main else native_id(ident)
        if not self.has_clocks:
            lane.clock = SHARE
        elif lane.thread:
            lane.clock = OWN
            if ident == self.main:
                lane.base = lane.cpu = self.base
        lane.name = threading_name(ident)
        self.tell(lane)
        return lane

    def tell(self, lane):
        clock = ("own", "none", "share")[lane.clock]
        main = lane.ident == self.main
        record = (lane.number, lane.thread, lane.start, lane.base, clock, main, field(lane.name))
        self.file.add("L\t%d\t%d\t%d\t%d\t%s\t%d\t%s" % record)

    def end(self, lane):
        del self.lanes[lane.ident]
        self.file.add("E\t%d\t%d" % (lane.number, self.last))

    def find_threads(self):
        """System ids of threads that had none when they were first seen."""
        left = [lane for lane in self.lanes.values() if lane.clock == PENDING]
        if not left:
            return
        tries = 0
        for lane in left:
            lane.thread = native_id(lane.ident)
            lane.tries += 1
            tries = max(tries, lane.tries)
            if lane.thread:
                lane.clock = OWN
                self.tell(lane)
        if BY_PAIRING or tries >= PATIENCE:
            for lane in self.pairing.pair(sorted(self.lanes.values(), key=_number), tries >= PATIENCE):
                self.tell(lane)

    def share(self, spent):
        """CPU of the process that no clock accounts for goes to the threads without one, in equal parts."""
        without = [lane for lane in self.lanes.values() if lane.clock == SHARE]
        if not without:
            self.seen = None
            return
        total = process_cpu() - (thread_cpu(self.pairing.own) if self.pairing.own and self.has_clocks else 0)
        if self.seen is not None:
            rest = total - self.seen - spent
            if rest > 0:
                for lane in without:
                    lane.cpu += rest // len(without)
        self.seen = total

    def find_waits(self, busy):
        if now() - self.began < SETTLED:
            return
        left = LOOKUPS_BESIDE_BUSY if busy else LOOKUPS
        for lane in self.lanes.values():
            if lane.idle > 0 and lane.thread and lane.wait in ("", "r"):
                lane.wait = waits_for(lane.thread, self.machine) or "?"
                self.file.add("W\t%d\t%s" % (lane.number, lane.wait))
                left -= 1
                if left == 0:
                    return

    def notice_names(self):
        """Names may change after a thread or process has begun; looked at about four times a second."""
        for lane in self.lanes.values():
            name = threading_name(lane.ident)
            if name and name != lane.name:
                lane.name = name
                self.tell(lane)
        name = process_name()
        if name != self.name:
            self.name = name
            self.file.add("N\t%s" % field(name))
        if BY_PAIRING:
            self.pairing.settle(self.lanes.values())

    def others_run(self):
        """Whether there are subinterpreters. From 3.12 on they may have a GIL of their own, and `sys._current_frames` reads their
        frames without it: 3.13 crashed. None can be made without ours while we hold it."""
        module = sys.modules.get("_interpreters") or sys.modules.get("_xxsubinterpreters")
        listing = getattr(module, "list_all", None)
        if listing is None or sys.version_info < (3, 12) or len(listing()) < 2:
            return False
        if not self.blind:
            self.blind = True
            self.file.add("M\tno stacks are recorded while the program has subinterpreters")
        return True

    def close(self, missed):
        """The last CPU times, with the stacks that were seen last."""
        self.account("C", missed, False)

    def account(self, kind, missed, blind):
        """CPU times alone. `blind`: nothing is known of the stacks since the last tick."""
        time = self.last = now()
        groups = []
        for lane in self.lanes.values():
            lane.cpu = max(lane.cpu, self.clock(lane))
            lane.idle = 0
            groups.append("%d,%d,%d" % (lane.number, -1 if blind else lane.stack, lane.cpu))
        self.file.add("%s\t%d\t%d\t%s" % (kind, time, missed, "\t".join(groups)))


def _number(lane):
    return lane.number
