"""Life of the agent: it starts with the interpreter, steps aside for a fork, starts again in the child, ends at exit.

One daemon thread samples. It is started below `threading`, so that the program's own count of threads stays what it is.
Nothing here may change what the program does: whatever fails ends the agent and leaves a record that says why.
"""

import _signal
import _thread
import atexit
import os
import sys
import time

import perfscope_threads
from perfscope_interpreter import is_main_interpreter
from perfscope_records import RecordFile, field
from perfscope_sampler import Sampler

# Beyond this the sampler would wait for the GIL all the time: a busy thread gives it up once in 5 ms.
HIGHEST_RATE = 200
DEFAULT_RATE = 100
# Nanoseconds. A flush makes two calls that each wait for the GIL beside a busy thread.
FLUSH_INTERVAL = 250000000
# Share of one core that sampling may take; beyond it the rate falls.
LARGEST_SHARE = 0.05
# Seconds to wait for the sampler at exit and before a fork; a disk that hangs must not hang the program.
PATIENCE = 0.5

# Taken now, before the program can replace them (gevent).
_sleep = time.sleep
_allocate = _thread.allocate_lock
_start_thread = _thread.start_new_thread
_now = perfscope_threads.now

_agent = None


class Agent:
    def __init__(self, folder, rate, forced):
        self.folder = folder
        self.rate = rate
        self.forced = forced
        self.started = _now()
        self.base = perfscope_threads.main_cpu()
        self.main = _thread.get_ident()
        self.process = os.getpid()
        self.file = RecordFile(folder, self.process)
        self.pairing = perfscope_threads.Pairing(self.process)
        self.sampler = None
        self.missed = 0
        self.thread = 0
        self.ended = False
        threads = perfscope_threads
        runtime, command = field(threads.runtime()), field(threads.command_line())
        record = (self.process, os.getppid(), self.started, rate, runtime, command)
        self.file.add("P\t%d\t%d\t%d\t%g\t%s\t%s" % record)
        # At once, so that a process is known however soon it ends.
        self.file.flush()

    def launch(self):
        self.closing = False
        self.wake = _allocate()
        self.wake.acquire()
        self.done = _allocate()
        self.done.acquire()
        _start_thread(self.run, ())

    def halt(self, closing):
        """Ends the sampling thread, for good when `closing`."""
        if self.ended:
            return
        self.closing = closing
        self.ended = closing
        self.wake.release()
        self.done.acquire(True, PATIENCE)

    def run(self):
        try:
            self.begin()
            self.loop()
            if self.closing:
                self.sampler.close(self.missed)
                self.file.flush()
        except BaseException as problem:  # A MemoryError or a full disk too: the program must not see it.
            self.ended = True
            try:
                self.file.add("X\t%d\t%s: %s" % (_now(), type(problem).__name__, field(problem)))
                self.file.flush()
            except BaseException:
                pass
        finally:
            self.done.release()

    def begin(self):
        if hasattr(_signal, "pthread_sigmask"):
            # A signal that the main thread blocks, to wait for it, must not end the process by way of this thread.
            # The numbers between 31 and SIGRTMIN are the C library's own, and a warning.
            last = getattr(_signal, "SIGRTMIN", _signal.NSIG)
            _signal.pthread_sigmask(_signal.SIG_BLOCK, list(range(1, 32)) + list(range(last, _signal.NSIG)))
        self.thread = perfscope_threads.own_thread()
        if self.sampler is None:
            self.sampler = Sampler(self.file, self.main, self.base, self.pairing, self.forced)
            self.sampler.last = self.started
            self.sampler.notice_names()
        self.sampler.runs_on(_thread.get_ident(), self.thread)

    def loop(self):
        sampler = self.sampler
        period = int(1e9 / self.rate)
        due = _now() + period
        flushed = _now()
        used = self.cpu()
        ticks = 0
        shift = 0
        random = os.getpid()
        while True:
            left = due + shift - _now()
            if self.wake.acquire(True, left / 1e9) if left > 0 else self.wake.acquire(False):
                return
            time = _now()
            flush = time - flushed >= FLUSH_INTERVAL
            sampler.tick(self.missed, flush)
            ticks += 1
            if ticks == 2:
                # The fork that this thread was started after is over.
                _ForkWarning.restore()
            if flush:
                sampler.notice_names()
                cpu = self.cpu()
                self.file.add("A\t%d" % cpu)
                self.file.flush()
                if cpu - used > LARGEST_SHARE * (time - flushed):
                    period = min(period * 2, 1000000000)
                used = cpu
                flushed = time
            # Half a period of jitter: a program that does the same every 100 ms is not always caught at the same.
            random = (random * 1103515245 + 12345) & 0x7FFFFFFF
            shift = (random >> 8) * period // 0x1000000 - period // 4
            due += period
            late = _now() - due
            if late >= 0:
                skipped = late // period + 1
                self.missed += skipped
                due += skipped * period

    def cpu(self):
        try:
            return perfscope_threads.thread_cpu(self.thread) if self.thread else 0
        except (OSError, TypeError):
            return 0


def start():
    global _agent
    folder = os.environ.get("PERFSCOPE_AGENT_DIR")
    if not folder or not is_main_interpreter():
        return
    try:
        rate = float(os.environ.get("PERFSCOPE_AGENT_HZ") or DEFAULT_RATE)
    except ValueError:
        rate = DEFAULT_RATE
    rate = min(HIGHEST_RATE, max(1, rate))
    _agent = Agent(folder, rate, os.environ.get("PERFSCOPE_AGENT_STACKS"))
    # First in, last out: what the program does at exit is still recorded.
    atexit.register(_at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child)
    else:
        sys.meta_path.insert(0, _ForkWatch)
    _agent.launch()


def _at_exit():
    try:
        _agent.halt(True)
    except BaseException:
        pass


def _before_fork():
    """The sampling thread ends, so that it holds nothing that the child would wait for: PyPy's children hung."""
    try:
        if _agent.ended:
            return
        _agent.halt(False)
        if sys.version_info >= (3, 12):
            _await_end_of_thread()
    except Exception:
        pass


def _await_end_of_thread():
    """3.12 and later warn of a fork beside another thread, and count what the kernel counts: ours has to be gone there too."""
    folder = "/proc/self/task/%d" % _agent.thread
    deadline = _now() + PATIENCE * 1e9
    while _agent.thread and os.path.exists(folder) and _now() < deadline:
        _sleep(0.0001)
    if len(os.listdir("/proc/self/task")) == 1:
        _ForkWarning.hush()
    else:
        _ForkWarning.restore()


def _after_fork():
    try:
        if not _agent.ended:
            _agent.launch()
    except Exception:  # At exit no thread can be started any more.
        _agent.ended = True


def _in_child():
    global _agent
    try:
        _ForkWarning.restore()
        _agent.file.abandon()
        _agent = Agent(_agent.folder, _agent.rate, _agent.forced)
        util = sys.modules.get("multiprocessing.util")
        if util is not None:
            # Called by `multiprocessing` when its worker is set up.
            util.register_after_fork(_agent, _in_worker)
        if sys.implementation.name == "pypy":
            # A thread that is started in this hook crashes PyPy: it forgets all threads but one after it.
            _agent.ended = True
        else:
            _agent.launch()
    except Exception:
        _agent.ended = True


def _in_worker(agent):
    """A worker of `multiprocessing` leaves through os._exit, which runs no exit handlers but its own."""
    if agent is not _agent:
        return
    try:
        # The lowest priority: after the program's own.
        sys.modules["multiprocessing.util"].Finalize(None, _at_exit, exitpriority=-1000000)
        if sys.implementation.name == "pypy":
            agent.ended = False
            agent.launch()
    except Exception:
        agent.ended = True


class _ForkWarning:
    """3.13 counts threads when ours runs again. A process that has no thread but ours and the main one is not to be warned, so
    for the moment of the fork a filter takes this one warning out; with more threads the warning is true and stays."""

    entry = None
    filters = None

    @classmethod
    def hush(cls):
        if cls.filters is None and sys.version_info >= (3, 13):
            import _warnings

            module = sys.modules.get("warnings")
            cls.entry = ("ignore", cls, DeprecationWarning, None, 0)
            cls.filters = getattr(module, "filters", None) or _warnings.filters
            cls.filters.insert(0, cls.entry)

    @staticmethod
    def match(text):
        return str(text).startswith("This process (pid=%d) is multi-threaded, use of " % os.getpid())

    @classmethod
    def restore(cls):
        filters, cls.filters = cls.filters, None
        if filters is None:
            return
        # A `catch_warnings` may have put a copy in its place.
        for place in (filters, getattr(sys.modules.get("warnings"), "filters", [])):
            if cls.entry in place:
                place.remove(cls.entry)


class _ForkWatch:
    """3.6 has no hook for forks, but `multiprocessing` has one of its own, which is set as soon as it is imported. Other
    forks are not recorded there."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "multiprocessing.util":
            return None
        sys.meta_path.remove(cls)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target) if hasattr(finder, "find_spec") else None
            if spec is not None and hasattr(spec.loader, "exec_module"):
                _run_after(spec.loader, _watch_forks)
                return spec
        return None


def _run_after(loader, action):
    execute = loader.exec_module

    def exec_module(module):
        execute(module)
        action(module)

    loader.exec_module = exec_module


def _watch_forks(util):
    try:
        # The registry holds the first argument weakly: something that lives as long as the process.
        util.register_after_fork(_ForkWatch, _after_worker_start)
    except Exception:
        pass


def _after_worker_start(_):
    # A worker that was spawned comes here too, and has its agent already.
    if os.getpid() != _agent.process:
        _in_child()
        _in_worker(_agent)
