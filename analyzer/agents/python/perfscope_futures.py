"""Hooks of `concurrent.futures`, and of loky, which joblib brings along and which is built like it.

A future carries what is known of its task, from `submit` to `set_result`. The functions that a pool runs are not wrapped: a
thread's task begins when its future is set to running and ends when it gets its result.
"""

import _thread
import functools
import weakref

from perfscope_pools import GIVEN, GONE
from perfscope_program import getframe, local, parent_process, queue_key
from perfscope_rate import now
from perfscope_target import target

_ident = _thread.get_ident
_function = type(lambda: None)
# What a future keeps of its task, in a tuple, which the garbage collector soon leaves alone: a program may have a million
# futures. Of a process's task it is pool, number, function and items.
POOL, NUMBER = 0, 1
PROCESS_TASK = 4
# Nanoseconds.
COUNT_PERIOD = 50000000
# What users call the executors of a module.
_NAMES = {
    "concurrent.futures.thread": "ThreadPoolExecutor",
    "concurrent.futures.process": "ProcessPoolExecutor",
    "distributed._concurrent_futures_thread": "distributed.Worker",
    "joblib.externals.loky.process_executor": "joblib.Parallel (loky)",
    "loky.process_executor": "loky.ProcessPoolExecutor",
}


class Executors:
    def __init__(self, traffic):
        self.traffic = traffic
        self.recorder = traffic.recorder
        self.guard = traffic.stepped_aside
        # The function of an executor's module that calls another one for each of a chunk.
        self.chunk_caller = None
        self.reset()

    def reset(self):
        # id of an executor -> weak reference and number; number of a pool -> tasks so far; id of a call queue's writer -> pool,
        # and its items of work by their numbers.
        self.known = {}
        # When the tasks that a pool of threads was given are to be counted again.
        self.next_count = 0
        self.counts = {}
        self.writers = {}
        # id of a code object, which the recorder keeps -> number of the function.
        self.plain = {}
        # Of the executor that this process works for.
        self.key = 0
        self.parent = 0

    def pool(self, executor, kind, frame):
        """Number of an executor; it is one when it gets its first task."""
        entry = self.known.get(id(executor))
        if entry is not None and entry[0]() is executor:
            return entry[1]
        queue = getattr(executor, "_call_queue", None)
        context = getattr(executor, "_mp_context", None) or getattr(executor, "_context", None)
        method = "thread" if queue is None else context.get_start_method() or "fork"
        key = 0 if queue is None else queue_key(queue._reader)
        number = self.recorder.pool(kind, method, getattr(executor, "_max_workers", 0) or 0, frame, key)
        if queue is not None:
            self.writers[id(queue._writer)] = number, executor._pending_work_items

        def gone(_, place=id(executor), writer=None if queue is None else id(queue._writer)):
            try:
                self.known.pop(place, None)
                self.writers.pop(writer, None)
                self.recorder.pool_state(number, GONE)
            except Exception as problem:
                self.guard("an executor's end", problem)

        self.known[id(executor)] = weakref.ref(executor, gone), number
        self.counts[number] = 0
        return number

    def watch_items(self, module, processes):
        """Hooks the items of work that `submit` makes."""
        item = module._WorkItem
        original = item.__init__
        kind = _NAMES[module.__name__]

        def __init__(self, *args, **named):
            original(self, *args, **named)
            hooks.submitted(self, kind, processes, getframe(1))

        hooks = self
        item.__init__ = __init__

    def submitted(self, item, kind, processes, frame):
        try:
            executor = frame.f_locals["self"]
            entry = self.known.get(id(executor))
            if entry is not None and entry[0]() is executor:
                number = entry[1]
            else:
                own = kind if type(executor).__module__ == frame.f_globals.get("__name__") else kind_of(executor, kind)
                number = self.pool(executor, own, frame)
            function = item.fn
            items = 1
            if type(function) is functools.partial and function.func is self.chunk_caller:
                # What `map` of an executor of processes submits: always a chunk.
                function, items = function.args[0], len(item.args[0])
            code = self.plain.get(id(function.__code__)) if type(function) is _function else None
            if code is None or function.__dict__:
                code, items = self.work(item.fn, item.args)
            recorder = self.recorder
            stack = recorder.stack(frame)
            if processes:
                job = executor._queue_count
                recorder.submit(number, job, stack, items, items)
                item.future._perfscope_task = number, job, code, items
            else:
                job = self.counts[number] = self.counts[number] + 1
                submit = now()
                item.future._perfscope_task = number, job, recorder.thread(), submit, code, stack, items
                if submit > self.next_count:
                    self.tell_count(number, submit)
        except Exception as problem:
            self.guard("a submission", problem)

    def tell_count(self, number, time):
        """A thread's task has a record when it is done. Until then the number of those that were given tells of the queue."""
        self.next_count = time + COUNT_PERIOD
        self.recorder.pool_state(number, GIVEN, self.counts[number])

    def work(self, function, args):
        """Numbers of the user's function and of its calls. Functions that stand for themselves are remembered."""
        meant, items = target(function, args)
        number = self.recorder.function(meant)
        if meant is function and type(function) is _function and not function.__dict__:
            self.plain[id(function.__code__)] = number
        return number, items

    def watch_futures(self, module):
        future = module.Future
        # Found without a dictionary of the future's own being made, and without a `__getattr__` of the program's being called.
        future._perfscope_task = None
        future._perfscope_start = 0
        begin, succeed, fail = future.set_running_or_notify_cancel, future.set_result, future.set_exception

        def set_running_or_notify_cancel(self):
            runs = begin(self)
            if self._perfscope_task is not None:
                self._perfscope_start = now()
            return runs

        def set_result(self, result):
            hooks.done(self, None)
            return succeed(self, result)

        def set_exception(self, exception):
            hooks.done(self, exception)
            return fail(self, exception)

        hooks = self
        future.set_running_or_notify_cancel = set_running_or_notify_cancel
        future.set_result = set_result
        future.set_exception = set_exception

    def done(self, future, problem):
        end = now()
        task = future._perfscope_task
        if task is None:
            return
        future._perfscope_task = None
        try:
            recorder = self.recorder
            if len(task) == PROCESS_TASK:
                taken = self.traffic.last.pop(_ident(), None)
                if taken is not None:
                    recorder.back(task[POOL], task[NUMBER], 0, *taken)
            elif future._perfscope_start:
                pool, number, submitter, submit, function, stack, items = task
                start = future._perfscope_start
                outcome = -1 if problem is None else recorder.exception(problem)
                recorder.task(pool, number, 0, submitter, submit, start, end, function, stack, items, outcome)
                if end > self.next_count:
                    self.tell_count(pool, end)
        except Exception as problem_of_ours:
            self.guard("a result", problem_of_ours)

    def watch_workers(self, module):
        """Hooks the traffic between an executor and its processes."""
        traffic = self.traffic
        self.chunk_caller = getattr(module, "_process_chunk", None)
        for name in ("_process_worker", "_sendback_result"):
            traffic.senders[id(getattr(module, name).__code__)] = self.ran
        traffic.receivers[id(module._process_worker.__code__)] = None
        manager = getattr(module, "_ExecutorManagerThread", None)
        loop = manager.wait_result_broken_or_wakeup if manager else module._queue_management_worker
        traffic.receivers[id(loop.__code__)] = None
        traffic.feed("_CallItem", self.sent)
        traffic.feed("NoneType", self.sentinel)

    def sentinel(self, begin, end, payload, nothing, frame, writer):
        """What tells a worker to end is no message."""
        return id(writer) in self.writers

    def sent(self, begin, end, payload, item, frame, writer):
        entry = self.writers.get(id(writer))
        if entry is None:
            return False
        number, pending = entry
        job = item.work_id
        work = pending.get(job)
        task = None if work is None else work.future._perfscope_task
        code, items = self.work(item.fn, item.args) if task is None else task[2:]
        self.recorder.sent(number, job, 0, begin, end, payload, code, items)
        return True

    def ran(self, begin, end, payload, outcome, frame):
        taken = self.traffic.last.get(_ident())
        job = getattr(outcome, "work_id", None)
        if taken is None or type(job) is not int:
            return
        if not self.key:
            queue = None
            while frame is not None and queue is None:
                queue, frame = local(frame, "call_queue"), frame.f_back
            self.key = queue_key(getattr(queue, "_reader", None))
            self.parent = parent_process()
        problem = getattr(outcome, "exception", None)
        name = self.recorder.exception(getattr(problem, "exc", problem))
        self.recorder.ran(self.key, self.parent, job, 0, taken[0], taken[1], begin, end, len(payload), name)


def kind_of(executor, kind):
    """A subclass by its own name, unless a library made it."""
    own = type(executor)
    if own.__module__.startswith(("joblib", "loky", "distributed")):
        return kind
    return "%s.%s" % (own.__module__, own.__qualname__)


def watch(traffic):
    executors = Executors(traffic)

    def thread(module):
        executors.watch_items(module, False)

    def process(module):
        executors.watch_items(module, True)
        executors.watch_workers(module)

    actions = {
        "concurrent.futures._base": executors.watch_futures,
        "concurrent.futures.thread": thread,
        "concurrent.futures.process": process,
        "distributed._concurrent_futures_thread": thread,
        "joblib.externals.loky.process_executor": process,
        "loky.process_executor": process,
    }
    return actions, executors.reset
