"""The threads of this process: which system thread each is, its name, its CPU time, what it waits for."""

import _thread
import os
import sys
import time

LINUX = sys.platform.startswith("linux")
# Calls whose first argument is a descriptor, from the kernel's syscall_64.tbl and asm-generic/unistd.h.
_READS = {
    "x86_64": frozenset((0, 1, 17, 18, 19, 20, 295, 296)),
    "aarch64": frozenset((63, 64, 65, 66, 67, 68, 69, 70)),
}
_FILE_TYPES = {0o010000: "p", 0o140000: "s", 0o100000: "f"}

_open, _read, _close, _fstat, _listdir = os.open, os.read, os.close, os.fstat, os.listdir
_clock_gettime = getattr(time, "clock_gettime", None)
_clock_gettime_ns = getattr(time, "clock_gettime_ns", None)

if hasattr(time, "monotonic_ns"):
    now, process_cpu = time.monotonic_ns, time.process_time_ns
else:

    def now():
        return int(time.monotonic() * 1e9)

    def process_cpu():
        return int(time.process_time() * 1e9)


def thread_cpu(thread):
    """CPU nanoseconds of a system thread; OSError when it has ended.

    The kernel's clock id of any thread of one's own process is (~thread << 3) | 6. Unlike a read of
    /proc/self/task/ID/schedstat this call keeps the GIL: three file calls that give it up would cost 5 ms each beside a
    busy Python thread. And unlike `time.pthread_getcpuclockid` it is safe with a thread that has ended.
    """
    if _clock_gettime_ns is not None:
        return _clock_gettime_ns((~thread << 3) | 6)
    return int(_clock_gettime((~thread << 3) | 6) * 1e9)


def thread_clocks_work():
    if not LINUX or _clock_gettime is None:
        return False
    try:
        return thread_cpu(os.getpid()) > 0
    except (OSError, ValueError, OverflowError):
        return False


def main_cpu():
    """CPU nanoseconds of the main thread, which has the process's number; 0 where threads have no clocks."""
    return thread_cpu(os.getpid()) if thread_clocks_work() else 0


def waits_for(thread, machine):
    """What the kernel says the thread does: `r` it runs or could, `p` pipe, `s` socket, `f` file, else the number of the
    system call; empty when it cannot be told."""
    try:
        words = _read_proc("/proc/self/task/%d/syscall" % thread, 256).split()
        if not words or words[0] == b"running":
            return "r"
        if len(words) > 1 and int(words[0]) in _READS.get(machine, ()):
            return _FILE_TYPES.get(_fstat(int(words[1], 16)).st_mode & 0o170000, words[0].decode())
        return words[0].decode() if int(words[0]) >= 0 else ""
    except (OSError, ValueError, OverflowError):
        return ""


def _read_proc(path, length):
    descriptor = _open(path, os.O_RDONLY | os.O_CLOEXEC)
    file = _fstat(descriptor)
    try:
        return _read(descriptor, length)
    finally:
        # The program may have closed it meanwhile and got its number for a file of its own, which is not ours to close.
        now_there = _fstat(descriptor)
        if (now_there.st_dev, now_there.st_ino) == (file.st_dev, file.st_ino):
            _close(descriptor)


# Whose CPU time a lane has: that of its own thread, none yet, a share of what no clock accounts for.
OWN, PENDING, SHARE = range(3)


class Lane:
    __slots__ = ("number", "ident", "thread", "clock", "tries", "start", "base", "cpu", "stack", "wait", "idle", "name")

    def __init__(self, number, ident, start):
        self.number = number
        self.ident = ident
        # System thread id; 0 while unknown.
        self.thread = 0
        self.clock = PENDING
        self.tries = 0
        self.start = start
        # CPU nanoseconds when the lane began, and now.
        self.base = 0
        self.cpu = 0
        # -1 before the first look.
        self.stack = -1
        self.wait = ""
        # Ticks since the thread ran.
        self.idle = 0
        self.name = ""


def threading_name(ident):
    """Name of a `threading.Thread`, empty where there is none. A name by number gets the function's in brackets, as 3.10 and
    later have it, or that of the class."""
    thread = _known_thread(ident)
    name = getattr(thread, "_name", "")
    if not isinstance(name, str):
        return ""
    if name.startswith("Thread-") and "(" not in name:
        what = getattr(getattr(thread, "_target", None), "__name__", "") or type(thread).__name__
        if what != "Thread":
            return "%s (%s)" % (name, what)
    return name


def _known_thread(ident):
    # Looked up and never imported: the first import of `threading` decides which thread is the main one.
    active = getattr(sys.modules.get("threading"), "_active", None)
    return active.get(ident) if isinstance(active, dict) else None


def native_id(ident):
    """System id of a thread that `threading` knows, else 0."""
    thread = _known_thread(ident)
    if thread is None:
        return 0
    number = getattr(thread, "_native_id", None)
    if number is None and sys.implementation.name == "cpython" and hasattr(time, "pthread_getcpuclockid"):
        # 3.7: the clock's id holds the thread's. It is alive: we hold the GIL, and its frame was listed just now.
        number = ~(time.pthread_getcpuclockid(ident) >> 3)
    return number if isinstance(number, int) and number > 0 else 0


class Pairing:
    """Finds the system ids of threads that `threading` cannot tell (all of them on 3.6, raw ones everywhere): what is new
    in /proc/self/task belongs to the new idents, oldest first, as long as there are as many of either."""

    def __init__(self, main):
        """Before the sampling thread starts: whatever there is but the main thread is not Python's. `own`: id of the sampling
        thread, to be set when it has one."""
        self.own = 0
        self.foreign = set()
        self.foreign.update(self.free([], main))

    def free(self, lanes, main=0):
        taken = {lane.thread for lane in lanes}
        try:
            threads = sorted(int(name) for name in _listdir("/proc/self/task"))
        except OSError:
            return []
        return [
            thread
            for thread in threads
            if thread not in taken and thread != self.own and thread != main and thread not in self.foreign
        ]

    def pair(self, lanes, last_try):
        """Gives each pending one of `lanes` its thread where that is certain; `lanes` are in the order of their beginning.
        Returns those that are pending no more: all of them with `last_try`."""
        pending = [lane for lane in lanes if lane.clock == PENDING]
        free = self.free(lanes)
        certain = len(free) == len(pending)
        if not certain and not last_try:
            # A thread may have started since the stacks were taken: the listing gives up the GIL.
            return []
        for place, lane in enumerate(pending):
            lane.clock = OWN if certain else SHARE
            lane.thread = free[place] if certain else 0
        if not certain:
            self.foreign.update(free)
        return pending

    def settle(self, lanes):
        """What is unexplained while no lane is pending is a native thread."""
        if all(lane.clock != PENDING for lane in lanes):
            self.foreign.update(self.free(lanes))


def process_name():
    """Name that `multiprocessing` gave this process, empty for the first one."""
    process = getattr(sys.modules.get("multiprocessing.process"), "_current_process", None)
    name = getattr(process, "_name", "")
    return name if isinstance(name, str) and name != "MainProcess" else ""


def command_line():
    try:
        return _read_proc("/proc/self/cmdline", 4096).replace(b"\0", b" ").strip().decode("utf-8", "replace")
    except OSError:
        return " ".join(getattr(sys, "orig_argv", None) or getattr(sys, "argv", None) or [])


def runtime():
    """Name and version of the interpreter, such as `CPython 3.7.16` or `PyPy 7.3.11 (Python 3.9.16)`."""
    python = "%d.%d.%d" % tuple(sys.version_info[:3])
    name = sys.implementation.name
    if name == "cpython":
        return "CPython %s%s" % (python, "" if getattr(sys, "_is_gil_enabled", lambda: True)() else " free-threaded")
    version = "%d.%d.%d" % tuple(sys.implementation.version[:3])
    return "%s %s (Python %s)" % ("PyPy" if name == "pypy" else name, version, python)


def own_thread():
    """System id of the calling thread, 0 where it cannot be told."""
    try:
        return _thread.get_native_id()
    except AttributeError:
        try:
            return int(os.readlink("/proc/thread-self").rpartition("/")[2])
        except (OSError, ValueError):
            return 0
