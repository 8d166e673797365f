"""What `multiprocessing` pickles and unpickles, when, and for whom.

No hook stands between a program and its functions: a wrapper's frame would be in tracebacks, in the program's own profiles and
in its recursion limit. What is watched are leaves.

- Pickling: `ForkingPickler.dumps` makes a `BytesIO`, fills it and asks for its buffer. Ours notes the time of the first and the
  last. While objects are pickled there is no frame of ours.
- Unpickling: `pickle.loads` asks its `buffers` for an iterator when it begins, and lets go of it when it ends.

Both then look at who called: the loops of pools and their workers are told from a program's own messages by their code.
"""

import _thread
import functools
import io
import pickle

from perfscope_pools import IN, OUT
from perfscope_program import getframe, local, queue_key
from perfscope_rate import now

_getbuffer, _getvalue = io.BytesIO.getbuffer, io.BytesIO.getvalue

class Traffic:
    """What is pickled and unpickled in this process, and who does it."""

    def __init__(self, recorder, stepped_aside):
        self.recorder = recorder
        self.stepped_aside = stepped_aside
        # By id of a code object, which its module keeps: methods of queues and pipes, and the loops that use them.
        self.carriers = set()
        self.senders = {}
        # Loops, with what is done when they have unpickled something; None where only is to be known when that was.
        self.receivers = {}
        # Loops whose messages are the machinery's own: sentinels, wake-ups.
        self.silent = set()
        # By name of an object's type: what may take those that a queue's feeder thread has pickled.
        self.feeds = {}

    def carry(self, *functions):
        self.carriers.update(id(function.__code__) for function in functions)

    def feed(self, name, take):
        takes = self.feeds.setdefault(name, [])
        if take not in takes:
            takes.append(take)

    def ignore(self, *functions):
        self.silent.update(id(function.__code__) for function in functions)

    def pickled(self, begin, end, payload, frame):
        """`frame`: of the function that pickled its argument `obj`."""
        carriers = self.carriers
        carrier = None
        caller = frame.f_back
        code = id(caller.f_code)
        while code in carriers:
            carrier, caller = caller, caller.f_back
            code = id(caller.f_code)
        act = self.senders.get(code)
        if act is not None:
            act(begin, end, payload, frame.f_locals["obj"], caller)
        elif carrier is not None and code not in self.silent:
            self.recorder.message(OUT, begin, end, len(payload), caller, channel(carrier.f_locals.get("self"), "_writer"))

    def unpickled(self, begin, end, frame):
        """`frame`: of whoever asked for it."""
        carriers = self.carriers
        if id(frame.f_code) not in carriers:
            return
        caller = frame.f_back
        code = id(caller.f_code)
        while code in carriers:
            caller = caller.f_back
            code = id(caller.f_code)
        if code in self.receivers:
            self.recorder.here.taken = begin, end
            act = self.receivers[code]
            if act is not None:
                act(begin, end, caller)
        elif code not in self.silent:
            self.recorder.message(IN, begin, end, received(frame), caller, channel(frame.f_locals.get("self"), "_reader"))


def received(frame):
    """Bytes that a method of a queue or pipe has received: the local that it unpickles."""
    names = frame.f_locals
    data = names.get("res")
    if data is not None:
        return len(data)
    buffer = names.get("buf")
    return 0 if buffer is None else buffer.getbuffer().nbytes


def channel(end, name):
    """What the two ends of a pipe have in common. `end`: a connection, or a queue that has one under `name`."""
    connection = getattr(end, name, end)
    known = getattr(connection, "_perfscope_channel", None)
    if known is None:
        known = queue_key(connection)
        try:
            connection._perfscope_channel = known
        except AttributeError:
            pass
    return known


def timed_io(traffic):
    """Stands for the module `io` in modules that pickle into a `BytesIO`."""

    senders = traffic.senders

    class BytesIO(io.BytesIO):
        __slots__ = ("begin",)

        def getbuffer(self):
            end = now()
            payload = _getbuffer(self)
            try:
                frame = getframe(1)
                caller = frame.f_back
                act = senders.get(id(caller.f_code))
                if act is None:
                    traffic.pickled(self.begin, end, payload, frame)
                else:
                    act(self.begin, end, payload, frame.f_locals["obj"], caller)
            except Exception as problem:
                traffic.stepped_aside("pickling", problem)
            return payload

        def getvalue(self):
            end = now()
            payload = _getvalue(self)
            try:
                traffic.pickled(self.begin, end, payload, getframe(1))
            except Exception as problem:
                traffic.stepped_aside("pickling", problem)
            return payload

    # Some complaints name the class.
    BytesIO.__module__, BytesIO.__qualname__ = io.BytesIO.__module__, io.BytesIO.__qualname__

    def make(*args):
        file = BytesIO(*args)
        file.begin = now()
        return file

    class IO:
        BytesIO = staticmethod(make)

        def __getattr__(self, name):
            return getattr(io, name)

    return IO()


def timed_loads(traffic):
    """`pickle.loads` that tells when it begins and ends."""

    class Run:
        __slots__ = ("begin",)

        def __iter__(self):
            return self

        def __next__(self):
            raise StopIteration

        def __del__(self):
            end = now()
            try:
                traffic.unpickled(self.begin, end, getframe(1))
            except Exception as problem:
                traffic.stepped_aside("unpickling", problem)
            except KeyboardInterrupt:
                # What is raised in here is lost: it is raised again where it is not.
                _thread.interrupt_main()

    recorder = traffic.recorder
    nothing = iter(())

    class Runs:
        def __iter__(self):
            here = recorder.here
            if here.hands_out:
                here.received = now()
                return nothing
            run = Run()
            run.begin = now()
            return run

    return staticmethod(functools.partial(pickle.loads, buffers=Runs()))


def feeding(traffic):
    """A queue's feeder thread pickles what was put: a task of an executor, or a message whose sender is not known here."""

    recorder, feeds = traffic.recorder, traffic.feeds

    def act(begin, end, payload, obj, frame):
        # It serves one queue as long as it lives.
        here = recorder.here
        if type(obj) is here.fed:
            here.send(begin, end, payload, obj)
            return
        if here.feeds is None:
            here.feeds = getattr(local(frame, "send_bytes"), "__self__", None)
        for take in feeds.get(type(obj).__name__, ()):
            if take(begin, end, payload, obj, frame, here.feeds):
                break
        else:
            recorder.message(OUT, begin, end, len(payload), None, channel(here.feeds, ""))

    return act


def watch(traffic):
    def reduction(module):
        module.io = timed_io(traffic)
        module.ForkingPickler.loads = timed_loads(traffic)

    def connection(module):
        traffic.carry(module.Connection.send, module.Connection.recv)

    def queues(module):
        traffic.carry(module.SimpleQueue.put, module.SimpleQueue.get, module.Queue.get)
        traffic.senders[id(module.Queue._feed.__code__)] = feeding(traffic)

    def managers(module):
        traffic.ignore(module.BaseManager._run_server, module.BaseManager.start)
        traffic.carry(module.BaseProxy._callmethod, module.dispatch)

    def loky_reduction(module):
        module.io = timed_io(traffic)

    def loky_queues(module):
        traffic.carry(module.SimpleQueue.put)
        traffic.senders[id(module.Queue._feed.__code__)] = feeding(traffic)

    def joblib_pool(module):
        module.BytesIO = timed_io(traffic).BytesIO
        methods = module.CustomizablePicklingQueue._make_methods.__code__
        traffic.carriers.update(id(code) for code in methods.co_consts if hasattr(code, "co_code"))

    actions = {
        "multiprocessing.reduction": reduction,
        "multiprocessing.connection": connection,
        "multiprocessing.queues": queues,
        "multiprocessing.managers": managers,
        "joblib.pool": joblib_pool,
    }
    for package in ("joblib.externals.loky", "loky"):
        actions[package + ".backend.reduction"] = loky_reduction
        actions[package + ".backend.queues"] = loky_queues
    return actions, None
