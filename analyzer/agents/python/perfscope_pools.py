"""What the hooks of pools write down: who submitted what, where it ran, what it carried. One `Recorder` a process.

docs/collectors/pools.md lists the records. Every record is one `pack` and one copy into a mapped file: about half a
microsecond. Nothing here looks at a user's object beyond its type and the code that it runs.
"""

import _thread
import os
import struct
import zlib

from perfscope_log import LEFT
from perfscope_program import code_of, parent_process, thread_name
from perfscope_rate import Rate, now
from perfscope_target import RUNNERS, target

_thread_id = _thread.get_native_id

# Kinds of records.
PROCESS, TEXT, FUNCTION, STACK, POOL, POOL_STATE, SUBMIT, SENT, RAN, BACK, TASK, OUT, IN, NOTE, CHILD, STARTS, RUNS, EXITS, THREAD = range(1, 20)
STARTED, STOPPING, GONE, NO_RETURNS, GIVEN = 1, 2, 3, 4, 5

END = 0x5A
NOT_LOOKED = 255
_function = type(target)
# Past a metaclass of the program's own.
_qualname = type.__dict__["__qualname__"].__get__
# Callers of a submitting call that are kept: enough to tell helper functions from the code that uses them.
DEEPEST = 24
# A payload is looked at in this many pieces of this many bytes, at offsets that grow fourfold: the beginning holds the
# function's own state, the rest the arguments.
PIECE = 256
OFFSETS = tuple(192 << 2 * i for i in range(14))
# Payloads below this are not worth a look, and beyond the first ones one in eight is looked at.
SMALL_PAYLOAD = 1024
FIRST_LOOKS = 32
MOST_PIECES = 1 << 14


# Places of what was left out, behind `LEFT`.
TASKS, MESSAGES = 0, 4
_pack_left = struct.Struct("<I").pack_into


def packer(layout):
    """Packs a record: its length, kind, fields and end mark, little-endian without padding."""
    record = struct.Struct("<HB" + layout + "B")
    return record.pack, record.size


_pack_process, _process_size = packer("IIqqI")
_pack_function, _function_size = packer("IIII")
_pack_stack, _stack_size = packer("IiII")
_pack_pool, _pool_size = packer("IIIIIiqQ")
_pack_state, _state_size = packer("IBqI")
pack_submit, submit_size = packer("IIIqiIIi")
pack_sent, sent_size = packer("IIIqqQiIBI")
_pack_ran, _ran_size = packer("QIIIIqqqqQi")
pack_back, back_size = packer("IIIqq")
_pack_task, _task_size = packer("IIIIIqqqiiIiI")
_pack_message, _message_size = packer("IqqQiQI")
_pack_event, _event_size = packer("IIIqii")


class Here(_thread._local):
    """What a thread knows of itself. It goes with the thread, where a table would have to be told of its end."""

    # The system's number of it.
    number = 0
    # Begin and end of the last unpickling that it did for the loop of a worker, None for none.
    taken = None
    # Does it hand out the results of an executor? And when it began to unpickle the last one, 0 when that is handed out.
    hands_out = False
    received = 0
    # Of a thread that hands out the tasks of a pool: the pool's number.
    hands_tasks = None
    # Of a thread that feeds a queue: the connection that it writes to; and the type of its items and what is done with each of
    # them, where that is known.
    feeds = None
    fed = send = None


class Recorder:
    NOTE = NOTE

    def __init__(self, log):
        self.log = log
        # The program's own frames are where pools are used from, and not these modules.
        self.machinery = set()
        self.plain = {}
        self.reset()

    def reset(self):
        """Also in a child of fork, whose log begins anew."""
        self.log.reset()
        self.begun = False
        self.texts = {}
        self.functions = {}
        # id of a code object -> number of the function that it is of, where that is all that a task runs.
        self.plain.clear()
        self.nodes = {}
        self.stacks = {}
        # id of a code object -> whether it belongs to the machinery.
        self.inner = {}
        # Keeps code objects alive: their addresses are keys.
        self.codes = {}
        self.here = Here()
        self.pools = 0
        self.pieces = set()
        self.looks = 0
        self.sampled = False
        self.tasks = Rate()
        self.messages = Rate()
        self.arrivals = Rate()
        self.lock = _thread.allocate_lock()

    def thread(self):
        """System id of the calling thread, whose name is written down when it is seen first."""
        return self.here.number or self.new_thread()

    def new_thread(self):
        number = self.here.number = _thread_id()
        self.note(THREAD, thread_name(number), number)
        return number

    def write(self, record):
        try:
            self.log.write(record)
        except ValueError:
            if not self.begun:
                self.begin()
            self.log.append(record)

    def weigh(self, rate, place, time):
        """What `Rate.weight` says, and a note of what is left out."""
        weight = rate.weight(time)
        if weight == 1 and not self.sampled:
            return 1
        if rate.every > 1 and not self.sampled:
            # Before the first one that is left out.
            self.sampled = True
            self.note(NOTE, "sampled")
        if weight != 1 and self.log.home is not None:
            _pack_left(self.log.home, LEFT + place, rate.left)
        return weight

    def begin(self):
        with self.lock:
            if self.begun:
                return
            self.begun = True
            parent = parent_process() or os.getppid()
            data = _pack_process(_process_size, PROCESS, os.getpid(), parent, now(), 0, 0, END)
            self.log.append(data)

    def note(self, kind, text, number=0):
        data = text.encode("utf-8", "replace")[:8192]
        self.write(struct.pack("<HBI", len(data) + 8, kind, number) + data + b"\x5a")

    def text(self, text):
        number = self.texts.get(text)
        if number is None:
            with self.lock:
                number = self.texts.setdefault(text, len(self.texts))
            self.note(TEXT, text, number)
        return number

    def code(self, code):
        """Number of a function, from its code object."""
        known = self.functions.get(id(code))
        if known is None:
            name = self.text(getattr(code, "co_qualname", code.co_name))
            file = self.text(code.co_filename)
            with self.lock:
                number = len(self.functions)
                known = self.functions.setdefault(id(code), number)
                self.codes[id(code)] = code
            if known == number:
                self.write(_pack_function(_function_size, FUNCTION, known, code.co_firstlineno, name, file, END))
        return known

    def function(self, callable):
        """Number of the function that calling an object runs, -1 where that is no Python code."""
        if type(callable) is str:
            return self.named(callable)
        code = code_of(callable)
        return -1 if code is None else self.code(code)

    def work(self, function, args):
        """Number of the user's function that a task calls, and how often. Functions that stand for themselves are remembered."""
        meant, calls = target(function, args)
        number = self.function(meant)
        if type(function) is _function and not function.__dict__ and function.__name__ not in RUNNERS:
            self.plain[id(function.__code__)] = number
        return number, calls

    def named(self, name):
        """Number of a function of which only the name is known."""
        known = self.functions.get(name)
        if known is None:
            text, nowhere = self.text(name), self.text("")
            with self.lock:
                number = len(self.functions)
                known = self.functions.setdefault(name, number)
            if known == number:
                self.write(_pack_function(_function_size, FUNCTION, known, 0, text, nowhere, END))
        return known

    def stack(self, frame):
        """Number of the stack of a frame, which is the innermost one outside of the machinery of pools."""
        inner = self.inner
        while frame is not None:
            code = frame.f_code
            known = inner.get(id(code))
            if known is None:
                known = self.is_machinery(frame, code)
            if not known:
                break
            frame = frame.f_back
        if frame is not None and frame.f_back is None and frame.f_code.co_filename == "<string>" and parent_process():
            # What starts a spawned process is no code of the program.
            frame = None
        # The whole way out, as one number: most tasks are submitted from where the last one was.
        key = 0
        depth = 0
        outer = frame
        while outer is not None and depth < DEEPEST:
            key = hash((key, id(outer.f_code), outer.f_lasti))
            outer = outer.f_back
            depth += 1
        number = self.stacks.get(key)
        return self.new_stack(frame, key) if number is None else number

    def is_machinery(self, frame, code):
        # Methods of a manager's proxies are made by `exec` and have no module.
        name = frame.f_globals.get("__name__", "threading")
        known = isinstance(name, str) and name.partition(".")[0] in self.machinery
        self.codes[id(code)] = code
        self.inner[id(code)] = known
        return known

    def new_stack(self, frame, key):
        frames = []
        while frame is not None and len(frames) < DEEPEST:
            frames.append(frame)
            frame = frame.f_back
        number = -1
        for inner in reversed(frames):
            number = self.node(number, self.code(inner.f_code), inner.f_lineno or 0)
        if len(self.stacks) > 20000:
            self.stacks = {}
        self.stacks[key] = number
        return number

    def node(self, parent, function, line):
        key = parent, function, line
        known = self.nodes.get(key)
        if known is None:
            with self.lock:
                number = len(self.nodes)
                known = self.nodes.setdefault(key, number)
            if known == number:
                self.write(_pack_stack(_stack_size, STACK, known, parent, function, line, END))
        return known

    def pool(self, kind, method, size, frame, key):
        """Number of a new pool. `key`: what its workers know it by, see `queue_key`."""
        with self.lock:
            number = self.pools
            self.pools += 1
        kind, method, stack = self.text(kind), self.text(method), self.stack(frame)
        self.write(_pack_pool(_pool_size, POOL, number, kind, method, size, self.thread(), stack, now(), key, END))
        return number

    def pool_state(self, number, state, size=0):
        """`size`: workers that it has started, with `STARTED`; tasks that it was given so far, with `GIVEN`."""
        self.write(_pack_state(_state_size, POOL_STATE, number, state, now(), size, END))

    def submit(self, pool, job, stack, chunk, items):
        """A job whose function is known when its tasks are sent."""
        self.write(pack_submit(submit_size, SUBMIT, pool, job, self.thread(), now(), stack, chunk, items, -1, END))

    def sent(self, pool, job, task, begin, end, payload, function, items):
        rate = self.tasks
        if rate.budget > 0 and rate.every == 1:
            rate.budget -= 1
            weight = 1
        else:
            weight = self.weigh(rate, TASKS, end)
        if weight:
            size = len(payload)
            repeats = NOT_LOOKED if size < SMALL_PAYLOAD else self.repeats(payload, size)
            record = pack_sent(sent_size, SENT, pool, job, task, begin, end, size, function, items, repeats, weight, END)
            self.write(record)

    def ran(self, key, parent, job, task, taken, start, end, packed, size, exception, thread=0):
        record = _pack_ran(_ran_size, RAN, key, parent, job, task, thread or self.thread(), taken, start, end, packed, size, exception, END)
        self.write(record)

    def back(self, pool, job, task, begin, end):
        self.write(pack_back(back_size, BACK, pool, job, task, begin, end, END))

    def task(self, pool, job, task, submitter, submit, start, end, function, stack, items, exception):
        """A task that pickled nothing. `submit` 0: the record of its job says when, where and by whom."""
        rate = self.tasks
        if rate.budget > 0 and rate.every == 1:
            rate.budget -= 1
            weight = 1
        else:
            weight = self.weigh(rate, TASKS, end)
        if weight:
            head = _task_size, TASK, pool, job, task, submitter, self.thread(), submit, start, end
            self.write(_pack_task(*head, function, stack, items, exception, weight, END))

    def message(self, kind, begin, end, size, frame, channel):
        # What arrives is not counted: it only says where a message went.
        weight = self.weigh(self.messages, MESSAGES, end) if kind == OUT else self.arrivals.weight(end)
        if weight:
            stack = self.stack(frame)
            self.write(_pack_message(_message_size, kind, self.thread(), begin, end, size, stack, channel, weight, END))

    def event(self, kind, name, parent, time, stack, function):
        """A process of `multiprocessing`, which has a name among the children of its parent."""
        record = _pack_event(_event_size, kind, self.text(name), parent, self.thread(), time, stack, function, END)
        self.write(record)

    def exception(self, problem):
        """Number of the type's name, -1 for none."""
        return -1 if problem is None else self.text(_qualname(type(problem)))

    def repeats(self, payload, size):
        """Share of the pieces of a payload that earlier ones had, in percent."""
        self.looks += 1
        if self.looks > FIRST_LOOKS and self.looks & 7:
            return NOT_LOOKED
        known = self.pieces
        looked = seen = 0
        for offset in OFFSETS:
            if offset + PIECE > size:
                break
            piece = offset, zlib.crc32(payload[offset : offset + PIECE])
            looked += 1
            if piece in known:
                seen += 1
            elif len(known) < MOST_PIECES:
                known.add(piece)
        return 100 * seen // looked if looked else NOT_LOOKED
