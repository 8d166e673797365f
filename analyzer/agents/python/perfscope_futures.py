"""Hooks of `concurrent.futures`, and of loky, which joblib brings along and which is built like it.

The functions that a pool runs are not wrapped. A thread's task begins when its future is set to running and ends when that gets
its result; the future carries what is known of it until then. An executor of processes keeps its items of work in a dictionary
from their submission to the arrival of their results: it gets one of ours, which tells of both.
"""

import functools
import weakref

from perfscope_pools import (
    BACK,
    END,
    GIVEN,
    GONE,
    SUBMIT,
    back_size,
    pack_back,
    pack_submit,
    submit_size,
)
from perfscope_program import getframe, local, parent_process, queue_key
from perfscope_rate import now

_function = type(lambda: None)
_partial = functools.partial
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
        self.references, self.numbers, self.counts, self.writers = {}, {}, {}, {}
        self.reset()

    def reset(self):
        # In a child of fork: an executor of the parent is none of its pools.
        for executor in [reference() for reference in self.references.values()]:
            if hasattr(executor, "_pending_work_items"):
                executor._pending_work_items.number = None
        # id of an executor -> weak reference that tells when it is gone, and number where it has threads; number of a pool of
        # threads -> tasks so far; id of a call queue's writer -> pool.
        self.references = {}
        self.numbers.clear()
        self.counts.clear()
        self.writers.clear()
        # When the tasks that a pool of threads was given are to be counted again.
        self.next_count = 0
        # Of the executor that this process works for.
        self.key = 0
        self.parent = 0

    def pool(self, executor, module, frame):
        """Number of an executor, which is a pool from its first task on."""
        kind = _NAMES[module.__name__]
        if type(executor).__module__ != module.__name__:
            kind = kind_of(executor, kind)
        queue = getattr(executor, "_call_queue", None)
        context = getattr(executor, "_mp_context", None) or getattr(executor, "_context", None)
        method = "thread" if queue is None else context.get_start_method() or "fork"
        key = 0 if queue is None else queue_key(queue._reader)
        number = self.recorder.pool(kind, method, getattr(executor, "_max_workers", 0) or 0, frame, key)
        if queue is not None:
            self.writers[id(queue._writer)] = number

        def gone(_, place=id(executor), writer=None if queue is None else id(queue._writer)):
            try:
                self.numbers.pop(place, None)
                self.references.pop(place, None)
                self.writers.pop(writer, None)
                self.recorder.pool_state(number, GONE)
            except Exception as problem:
                self.guard("an executor's end", problem)

        self.references[id(executor)] = weakref.ref(executor, gone)
        return number

    def watch_tables(self, module):
        """Gives executors of processes, and the threads that hand out their results, our table of items of work."""
        table = self.table(module)

        class Place:
            """An attribute that makes a table of the dictionary that it is set to. It has no `__get__`: to read it costs nothing."""

            def __init__(self, name):
                self.name = name

            def __set__(self, owner, items):
                places = owner.__dict__
                if type(items) is dict:
                    items = table(items)
                    items.number = getattr(places.get(self.name), "number", None)
                places[self.name] = items

        module.ProcessPoolExecutor._pending_work_items = Place("_pending_work_items")
        manager = getattr(module, "_ExecutorManagerThread", None)
        if manager is not None:
            # It makes a new dictionary of what is left when tasks are cancelled.
            manager.pending_work_items = Place("pending_work_items")

    def table(self, module):
        """Written out, since what a parent's threads do for a task they do one after the other."""
        recorder, guard, plain = self.recorder, self.guard, self.recorder.plain
        # Calls another function for each of a chunk.
        chunk_caller = getattr(module, "_process_chunk", None)
        put, take = dict.__setitem__, dict.pop
        hooks = self

        class Table(dict):
            # Of the pool.
            number = None

            def __setitem__(self, job, item):
                """A task is submitted."""
                put(self, job, item)
                try:
                    frame = getframe(1)
                    if self.number is None:
                        self.number = hooks.pool(frame.f_locals["self"], module, frame)
                    function, args, items = item.fn, item.args, 1
                    if type(function) is _partial and function.func is chunk_caller:
                        # What `map` submits: always a chunk.
                        function, args, items = function.args[0], (), len(args[0])
                    code = plain.get(id(function.__code__)) if type(function) is _function else None
                    if code is None or function.__dict__:
                        code, calls = recorder.work(function, args)
                        items *= calls
                    thread = recorder.here.number or recorder.new_thread()
                    stack = recorder.stack(frame)
                    record = pack_submit(submit_size, SUBMIT, self.number, job, thread, now(), stack, items, items, code, END)
                    try:
                        recorder.log.write(record)
                    except ValueError:
                        recorder.write(record)
                except Exception as problem:
                    guard("a submission", problem)

            def pop(self, job, *default):
                """A result is handed out by the thread that has just unpickled it."""
                item = take(self, job, *default)
                try:
                    here = recorder.here
                    begin = here.received
                    if begin:
                        here.received = 0
                        record = pack_back(back_size, BACK, self.number, job, 0, begin, now(), END)
                        try:
                            recorder.log.write(record)
                        except ValueError:
                            recorder.write(record)
                except Exception as problem:
                    guard("a result", problem)
                return item

        return Table

    def watch_items(self, module):
        """Hooks the items of work that `submit` makes for an executor of threads."""
        recorder, numbers, plain, counts = self.recorder, self.numbers, self.recorder.plain, self.counts
        item = module._WorkItem
        original = item.__init__
        if original.__code__.co_varnames[:5] != ("self", "future", "fn", "args", "kwargs"):
            raise TypeError("items of work are not what they were")
        hooks = self

        def __init__(self, future, fn, args, kwargs):
            original(self, future, fn, args, kwargs)
            try:
                frame = getframe(1)
                executor = frame.f_locals["self"]
                number = numbers.get(id(executor))
                if number is None:
                    number = numbers[id(executor)] = hooks.pool(executor, module, frame)
                    counts[number] = 0
                items = 1
                code = plain.get(id(fn.__code__)) if type(fn) is _function else None
                if code is None or fn.__dict__:
                    code, items = recorder.work(fn, args)
                job = counts[number] = counts[number] + 1
                submit = now()
                future._perfscope_task = number, job, recorder.thread(), submit, code, recorder.stack(frame), items
                if submit > hooks.next_count:
                    hooks.tell_count(number, submit)
            except Exception as problem:
                hooks.guard("a submission", problem)

        item.__init__ = __init__

    def tell_count(self, number, time):
        """A thread's task has a record when it is done. Until then the number of those that were given tells of the queue."""
        self.next_count = time + COUNT_PERIOD
        self.recorder.pool_state(number, GIVEN, self.counts[number])

    def watch_futures(self, module):
        future = module.Future
        # What a future knows of its task, in a tuple, which the garbage collector soon leaves alone: a program may have a million
        # futures. Found here without a dictionary of the future's own being made, and without a `__getattr__` of the program's
        # being called.
        future._perfscope_task = None
        future._perfscope_start = 0
        begin, succeed, fail = future.set_running_or_notify_cancel, future.set_result, future.set_exception
        done = self.done

        def set_running_or_notify_cancel(self):
            runs = begin(self)
            if self._perfscope_task is not None:
                self._perfscope_start = now()
            return runs

        def set_result(self, result):
            if self._perfscope_task is not None:
                done(self, now(), None)
            return succeed(self, result)

        def set_exception(self, exception):
            if self._perfscope_task is not None:
                done(self, now(), exception)
            return fail(self, exception)

        future.set_running_or_notify_cancel = set_running_or_notify_cancel
        future.set_result = set_result
        future.set_exception = set_exception

    def done(self, future, end, problem):
        task, start = future._perfscope_task, future._perfscope_start
        future._perfscope_task = None
        if not start:
            return
        try:
            pool, number, submitter, submit, function, stack, items = task
            recorder = self.recorder
            outcome = -1 if problem is None else recorder.exception(problem)
            recorder.task(pool, number, 0, submitter, submit, start, end, function, stack, items, outcome)
            if end > self.next_count:
                self.tell_count(pool, end)
        except Exception as problem_of_ours:
            self.guard("a result", problem_of_ours)

    def watch_workers(self, module):
        """Hooks the traffic between an executor and its processes."""
        traffic = self.traffic
        for name in ("_process_worker", "_sendback_result"):
            traffic.senders[id(getattr(module, name).__code__)] = self.ran
        traffic.receivers[id(module._process_worker.__code__)] = None
        manager = getattr(module, "_ExecutorManagerThread", None)
        loop = manager.wait_result_broken_or_wakeup if manager else module._queue_management_worker
        traffic.receivers[id(loop.__code__)] = self.hands_out
        traffic.feed("_CallItem", self.sends)
        traffic.feed("NoneType", self.sentinel)

    def sentinel(self, begin, end, payload, nothing, frame, writer):
        """What tells a worker to end is no message."""
        return id(writer) in self.writers

    def hands_out(self, begin, end, frame):
        """The first result that an executor's thread has unpickled: of the others it only notes when it begins."""
        here = self.recorder.here
        here.hands_out, here.received = True, begin

    def sends(self, begin, end, payload, item, frame, writer):
        """The first item that the feeder of an executor's queue has pickled."""
        number = self.writers.get(id(writer))
        if number is None:
            return False
        here = self.recorder.here
        here.fed, here.send = type(item), self.sending(number)
        here.send(begin, end, payload, item)
        return True

    def sending(self, number):
        recorder = self.recorder

        def send(begin, end, payload, item):
            # What it runs was said when it was submitted.
            recorder.sent(number, item.work_id, 0, begin, end, payload, -1, 0)

        return send

    def ran(self, begin, end, payload, outcome, frame):
        taken = self.recorder.here.taken
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

    def process(module):
        executors.watch_workers(module)
        executors.watch_tables(module)

    actions = {
        "concurrent.futures._base": executors.watch_futures,
        "concurrent.futures.thread": executors.watch_items,
        "concurrent.futures.process": process,
        "distributed._concurrent_futures_thread": executors.watch_items,
        "joblib.externals.loky.process_executor": process,
        "loky.process_executor": process,
    }
    return actions, executors.reset
