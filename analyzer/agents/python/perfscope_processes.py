"""Hooks of `multiprocessing.Process`: a process that is no pool's is a task of its own."""

import sys

from perfscope_pools import CHILD, EXITS, RUNS, STARTS
from perfscope_program import getframe, local
from perfscope_rate import now


class Processes:
    def __init__(self, traffic):
        self.traffic = traffic
        self.recorder = traffic.recorder
        self.guard = traffic.stepped_aside
        self.reset()

    def reset(self):
        # Identity and parent of a process that has work of its own, until that is done.
        self.process = None

    def install(self, util):
        flush = util._flush_std_streams

        close = util._close_stdin

        def _flush_std_streams():
            # The first thing that starting a process does, and the last thing that a process does.
            frame = getframe(1)
            if frame.f_code.co_name == "_bootstrap":
                self.ends(local(frame, "exitcode"))
            else:
                self.starts(frame)
            flush()

        def _close_stdin():
            # Among the first things that a process does, however it was started.
            frame = getframe(1)
            if frame.f_code.co_name == "_bootstrap":
                self.begins(local(frame, "self"))
            close()

        util._flush_std_streams = _flush_std_streams
        util._close_stdin = _close_stdin
        self.util = util
        # A process that was forked forgets its finalizers when it begins.
        util.register_after_fork(self, Processes.ask_at_end)

    def ask_at_end(self):
        if self.process is not None:
            # The lowest priority: after the program's own.
            self.util.Finalize(None, self.ends, exitpriority=-999999)

    def starts(self, frame):
        """The parent is about to start a process."""
        try:
            process = frame.f_locals.get("process_obj")
            if process is not None and frame.f_code.co_name == "__init__" and not self.is_worker(process):
                function = self.recorder.function(work_of(process))
                self.recorder.event(STARTS, identity(process), 0, now(), self.recorder.stack(frame), function)
        except Exception as problem:
            self.guard("the start of a process", problem)

    def begins(self, process):
        try:
            worker = self.is_worker(process)
            function = -1 if worker else self.recorder.function(work_of(process))
            self.recorder.event(CHILD if worker else RUNS, identity(process), process._parent_pid, now(), -1, function)
            if not worker:
                self.process = identity(process), process._parent_pid
                self.ask_at_end()
        except Exception as problem:
            self.guard("the begin of a process", problem)

    def ends(self, code=None):
        """`code`: of its exit. Without one it is asked by a finalizer, where up to 3.12 the exception is known still."""
        try:
            problem = sys.exc_info()[1] if code is None else None
            if self.process is None or (code is None and problem is None) or type(problem) is SystemExit:
                return
            (name, parent), self.process = self.process, None
            if problem is not None:
                outcome = self.recorder.exception(problem)
            else:
                outcome = -1 if code == 0 else self.recorder.text("exit code %s" % code)
            self.recorder.event(EXITS, name, parent, now(), outcome, -1)
        except Exception as problem:
            self.guard("the end of a process", problem)

    def is_worker(self, process):
        """Whether the process works for a pool, or serves one: its tasks or its service are no work of its own."""
        code = getattr(getattr(process, "_target", None), "__code__", None)
        return code is not None and (id(code) in self.traffic.receivers or id(code) in self.traffic.silent)


def work_of(process):
    """What a process runs: its target, or the `run` of its class."""
    found = getattr(process, "_target", None)
    return type(process).run if found is None else found


def identity(process):
    """Unique among the children of a process, and their children."""
    return ":".join(map(str, process._identity))


def watch(traffic):
    processes = Processes(traffic)
    return {"multiprocessing.util": processes.install}, processes.reset
