"""Hooks of `multiprocessing.pool`, for process and thread pools and their subclasses."""

import _thread
import functools
import pickle
import sys

from perfscope_pools import (
    BACK,
    END,
    GONE,
    NOT_LOOKED,
    SENT,
    SMALL_PAYLOAD,
    STARTED,
    STOPPING,
    TASKS,
    back_size,
    pack_back,
    pack_sent,
    sent_size,
)
from perfscope_program import getframe, local, parent_process, queue_key
from perfscope_rate import now
from perfscope_target import target

_ident = _thread.get_ident


class Pools:
    """Hooks of `multiprocessing.pool`, for process and thread pools and their subclasses."""

    def __init__(self, traffic):
        self.traffic = traffic
        self.recorder = traffic.recorder
        self.guard = traffic.stepped_aside
        # id of a pool's cache of results -> number of the pool.
        self.numbers = {}
        self.reset()

    def reset(self):
        self.stopped = set()
        self.numbers.clear()
        # Of the pool that this process works for: the key of its queue, and the process that made it.
        self.key = 0
        self.parent = 0

    def install(self, module):
        traffic = self.traffic
        pool = module.Pool
        self.module = module
        self.loop = module.worker.__code__
        self.map_init = module.MapResult.__init__.__code__
        self.apply = pool.apply_async.__code__
        traffic.senders[id(pool._handle_tasks.__code__)] = self.sending()
        traffic.senders[id(self.loop)] = self.ran
        traffic.receivers.update(dict.fromkeys((id(self.loop), id(pool._handle_results.__code__))))
        traffic.ignore(pool._wait_for_updates, pool.close, pool.__del__, pool._help_stuff_finish)
        traffic.ignore(module._PoolCache.__delitem__)
        self.watch_life(module)
        self.watch_jobs(module)

    def watch_life(self, module):
        """A pool's workers may be forked while it is made, with all frames that are on the stack then; so nothing of its making
        is wrapped. It makes a cache of results before its workers, and asks for sentinels when it has them."""
        pool = module.Pool
        cache_init = module._PoolCache.__init__

        def __init__(cache, *args, **named):
            cache_init(cache, *args, **named)
            self.begins(cache, getframe(1))

        module._PoolCache.__init__ = __init__
        for kind in (pool, module.ThreadPool):
            kind._get_sentinels = self.noting_start(kind.__dict__["_get_sentinels"])
        terminate = pool.__dict__["_terminate_pool"]
        pool._terminate_pool = self.noting_end(terminate)
        # The first thing that ending a pool does is to wake up a thread of its own, with a message.
        self.traffic.senders[id(terminate.__func__.__code__)] = self.stops

    def stops(self, begin, end, payload, nothing, frame):
        cache = id(local(frame, "cache"))
        number = self.numbers.get(cache)
        if number is not None and number not in self.stopped:
            self.stopped.add(number)
            self.state(number, STOPPING)

    def noting_start(self, original):
        def _get_sentinels(pool):
            number = self.numbers.get(id(pool._cache))
            self.state(number, STARTED, vars(pool).get("_processes", 0))
            return original(pool)

        return _get_sentinels

    def noting_end(self, terminate):
        """A class attribute for what ends a pool, which is asked for it when it is made. What it gets is let go of when it has
        run, and tells."""
        pools = self

        class Told:
            __slots__ = ("number",)

            def __del__(self):
                pools.state(self.number, GONE)

        class Ending(functools.partial):
            pass

        class Terminate:
            def __get__(self, pool, owner):
                bound = terminate.__get__(pool, owner)
                number = None if pool is None else pools.numbers.get(id(pool._cache))
                if number is None:
                    return bound
                ending = Ending(bound)
                ending.told = Told()
                ending.told.number = number
                return ending

        return Terminate()

    def watch_jobs(self, module):
        apply_init, imap_init = module.ApplyResult.__init__, module.IMapIterator.__init__
        submitted = self.submitted

        def init(original):
            def __init__(result, pool, *args, **named):
                original(result, pool, *args, **named)
                submitted(result, getframe(1))

            return __init__

        module.ApplyResult.__init__ = init(apply_init)
        module.IMapIterator.__init__ = init(imap_init)

    def begins(self, cache, frame):
        try:
            pool = local(frame, "self")
            if not isinstance(pool, self.module.Pool):
                return
            threads = isinstance(pool, self.module.ThreadPool)
            method = "thread" if threads else pool._ctx.get_start_method()
            key = 0 if threads else queue_key(pool._inqueue._reader)
            number = self.recorder.pool(kind_of(pool, frame), method, 0, frame, key)
            self.numbers[id(cache)] = number
            if threads and type(pool._inqueue) is type(pool._outqueue) is _simple_queue():
                pool._inqueue, pool._outqueue = thread_queues(self, number)
                pool._quick_put, pool._quick_get = pool._inqueue.put, pool._outqueue.get
            elif not threads:
                pool._quick_get = self.noting_results(number, pool._quick_get)
        except Exception as problem:
            self.guard("a pool's creation", problem)

    def state(self, number, state, size=0):
        try:
            if number is not None:
                self.recorder.pool_state(number, state, _count(size))
        except Exception as problem:
            self.guard("a pool's life", problem)

    def submitted(self, result, frame):
        try:
            number = self.numbers.get(id(result._cache))
            if number is None:
                return
            chunk, items = 1, 1
            if frame.f_code is not self.apply:
                if frame.f_code is self.map_init:
                    names = frame.f_locals
                    chunk, items = _count(names["chunksize"]), _count(names["length"])
                elif isinstance(result, self.module.IMapIterator):
                    chunk, items = _count(frame.f_locals.get("chunksize", 1)), 0
            self.recorder.submit(number, result._job, self.recorder.stack(frame), chunk, items)
        except Exception as problem:
            self.guard("a submission", problem)

    def sending(self):
        """What is done with a task that the parent has pickled for its workers. The way that most tasks take is written out: a
        parent's thread does this for every task of all its workers."""
        recorder, numbers, plain = self.recorder, self.numbers, self.recorder.plain
        function_type = type(target)
        mapstar, starmapstar = self.module.mapstar, self.module.starmapstar

        def sent(begin, end, payload, task, frame):
            if type(task) is not tuple or len(task) != 5:
                return
            number = recorder.here.hands_tasks
            if number is None:
                number = recorder.here.hands_tasks = numbers.get(id(local(frame, "cache")))
                if number is None:
                    return
            job, i, function, args, _ = task
            items = 1
            if function is mapstar or function is starmapstar:
                function, chunk = args[0]
                args, items = (), len(chunk)
            code = plain.get(id(function.__code__)) if type(function) is function_type else None
            if code is None or function.__dict__:
                code, calls = recorder.work(function, args)
                items *= calls
            rate = recorder.tasks
            if rate.budget > 0 and rate.every == 1:
                rate.budget -= 1
                weight = 1
            else:
                weight = recorder.weigh(rate, TASKS, end)
                if not weight:
                    return
            size = payload.nbytes if type(payload) is memoryview else len(payload)
            repeats = NOT_LOOKED if size < SMALL_PAYLOAD else recorder.repeats(payload, size)
            record = pack_sent(sent_size, SENT, number, job, i, begin, end, size, code, items, repeats, weight, END)
            try:
                recorder.log.write(record)
            except ValueError:
                recorder.write(record)

        return sent

    def ran(self, begin, end, payload, outcome, frame):
        """A worker has pickled its result: what it unpickled last was the task."""
        taken = self.recorder.here.taken
        if taken is None or type(outcome) is not tuple or len(outcome) != 3:
            return
        if not self.key:
            self.key = queue_key(local(frame, "inqueue")._reader)
            self.parent = parent_process()
        job, i, (success, value) = outcome
        name = -1 if success else self.recorder.exception(getattr(value, "exc", value))
        self.recorder.ran(self.key, self.parent, job, i, taken[0], taken[1], begin, end, len(payload), name)

    def noting_results(self, number, receive):
        """Receives for the thread that hands results out, and notes when each began and ended to be unpickled."""
        recorder, guard = self.recorder, self.guard
        connection = getattr(receive, "__self__", None)
        if type(connection) is not self.connections().Connection or receive.__name__ != "recv":
            return self.noting_results_of(number, receive)
        receive_bytes, loads = connection._recv_bytes, pickle.loads

        def get():
            connection._check_closed()
            connection._check_readable()
            buffer = receive_bytes().getbuffer()
            begin = now()
            outcome = loads(buffer)
            try:
                if type(outcome) is tuple and len(outcome) == 3:
                    record = pack_back(back_size, BACK, number, outcome[0], outcome[1], begin, now(), END)
                    try:
                        recorder.log.write(record)
                    except ValueError:
                        recorder.write(record)
            except Exception as problem:
                guard("a result", problem)
            return outcome

        return get

    def noting_results_of(self, number, receive):
        """The same for a queue of another kind."""
        recorder, guard = self.recorder, self.guard

        def get():
            outcome = receive()
            try:
                if type(outcome) is tuple and len(outcome) == 3:
                    recorder.back(number, outcome[0], outcome[1], *recorder.here.taken)
            except Exception as problem:
                guard("a result", problem)
            return outcome

        return get

    @staticmethod
    def connections():
        return sys.modules["multiprocessing.connection"]


def _simple_queue():
    return sys.modules["queue"].SimpleQueue


def thread_queues(pools, number):
    """Queues of tasks and results for a pool of threads that note when a worker takes one and when it is done."""
    recorder, guard = pools.recorder, pools.guard
    running = {}
    base = _simple_queue()
    get, put = base.get, base.put

    class Tasks(base):
        def get(self, block=True, timeout=None):
            task = get(self, block, timeout)
            try:
                if type(task) is tuple and len(task) == 5:
                    function, items = target(task[2], task[3])
                    running[_ident()] = recorder.function(function), items, now()
            except Exception as problem:
                guard("a thread's task", problem)
            return task

    class Results(base):
        def put(self, outcome, block=True, timeout=None):
            end = now()
            try:
                begun = running.pop(_ident(), None)
                if begun is not None and type(outcome) is tuple and len(outcome) == 3:
                    job, i, (success, value) = outcome
                    problem = -1 if success else recorder.exception(value)
                    recorder.task(number, job, i, 0, 0, begun[2], end, begun[0], -1, begun[1], problem)
            except Exception as problem:
                guard("a thread's result", problem)
            put(self, outcome, block, timeout)

    return Tasks(), Results()


def kind_of(pool, frame):
    """What users call a pool: the class, and joblib's backend where that made it."""
    kind = type(pool)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("multiprocessing"):
        frame = frame.f_back
    name = {"Pool": "multiprocessing.Pool", "ThreadPool": "multiprocessing.pool.ThreadPool"}.get(kind.__name__)
    if kind.__module__.startswith("joblib"):
        return "joblib.Parallel (multiprocessing)"
    if frame is not None and frame.f_globals.get("__name__", "").startswith("joblib"):
        return "joblib.Parallel (threading)"
    if name is not None and kind.__module__ == "multiprocessing.pool":
        return name
    return "%s.%s" % (kind.__module__, kind.__qualname__)


def _count(value):
    return value if type(value) is int and 0 <= value < 1 << 32 else 0


def watch(traffic):
    pools = Pools(traffic)
    return {"multiprocessing.pool": pools.install}, pools.reset
