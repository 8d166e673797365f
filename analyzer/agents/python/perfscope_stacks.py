"""Stacks of the threads of this process, each distinct one written once.

Three ways to get at them. CPython: `sys._current_frames()`, keyed by code object and instruction. PyPy: the same call
gives frames made for the occasion, so the key is what they say. A free-threaded CPython: reading a frame of a thread
that runs may crash the process (python/cpython#118680, #152355); `faulthandler` stops the world while it writes the stacks
down (python/cpython#128422, in 3.14), so its text is parsed.
"""

import os
import sys

from perfscope_records import field

# Frames of a stack that are kept, innermost first: a runaway recursion must not cost a millisecond a tick.
DEEPEST = 1000
# Numbers in the keys of all known stacks; beyond it everything is forgotten and written again, about 100 MB.
LARGEST = 2000000

_current_frames = sys._current_frames


class Stacks:
    """Base: gives functions and stacks their numbers. Numbers are never used twice, also after `forget`."""

    def __init__(self, file):
        self.file = file
        self.numbers = 0
        self.forget()

    def forget(self):
        self.known = {}
        self.nodes = {}
        self.functions = {}
        self.size = 0

    def number(self, record):
        number = self.numbers
        self.numbers = number + 1
        self.file.add("%s\t%d\t%s" % (record[0], number, record[1]))
        return number

    def function(self, name, path, first):
        key = (name, path, first)
        number = self.functions.get(key)
        if number is None:
            number = self.number(("F", "%d\t%s\t%s" % (first, field(name), field(path))))
            self.functions[key] = number
        return number

    def node(self, parent, function, line):
        key = (parent, function, line)
        number = self.nodes.get(key)
        if number is None:
            number = self.nodes[key] = self.number(("K", "%d\t%d\t%d" % key))
        return number

    def cut(self):
        """What stands for the outer frames of a stack that is too deep."""
        return self.node(-1, self.function("[outer frames left out]", "", 0), 0)

    def remember(self, key, stack):
        self.known[key] = stack
        self.size += len(key)
        if self.size > LARGEST:
            self.forget()


class CPythonStacks(Stacks):
    def forget(self):
        Stacks.forget(self)
        # Keeps the code objects alive: their addresses are the keys.
        self.codes = {}

    def snapshot(self):
        """Thread ident -> what `stack` takes, newest thread first."""
        return _current_frames()

    def stack(self, frame):
        frames = []
        key = []
        while frame is not None and len(frames) < DEEPEST:
            key.append(id(frame.f_code))
            key.append(frame.f_lasti)
            frames.append(frame)
            frame = frame.f_back
        key = tuple(key)
        stack = self.known.get(key)
        if stack is None:
            stack = -1 if frame is None else self.cut()
            for inner in reversed(frames):
                code = inner.f_code
                known = self.codes.get(id(code))
                if known is None:
                    name = getattr(code, "co_qualname", code.co_name)
                    number = self.function(name, code.co_filename, code.co_firstlineno)
                    known = self.codes[id(code)] = (number, code)
                stack = self.node(stack, known[0], inner.f_lineno or 0)
            self.remember(key, stack)
        return stack


class NamedStacks(Stacks):
    """Stacks known by what their frames say: `(name, file, first line, line)`, innermost first."""

    def named(self, key, deeper):
        stack = self.known.get(key)
        if stack is None:
            stack = self.cut() if deeper else -1
            for name, path, first, line in reversed(key):
                stack = self.node(stack, self.function(name, path, first), line)
            self.remember(key, stack)
        return stack


class PyPyStacks(NamedStacks):
    def snapshot(self):
        return _current_frames()

    def stack(self, frame):
        key = []
        while frame is not None and len(key) < DEEPEST:
            code = frame.f_code
            key.append((code.co_name, code.co_filename, code.co_firstlineno, frame.f_lineno or 0))
            frame = frame.f_back
        return self.named(tuple(key), frame is not None)


class StoppedWorldStacks(NamedStacks):
    """Of the newest 100 threads (all of them from 3.15) the innermost 100 frames; `faulthandler` writes no more."""

    def __init__(self, file):
        NamedStacks.__init__(self, file)
        import faulthandler

        self.dump = faulthandler.dump_traceback
        self.more = {"max_threads": 10000} if sys.version_info >= (3, 15) else {}

    def snapshot(self):
        # A file in memory and not a pipe: a full pipe would block while the world is stopped.
        descriptor = os.memfd_create("perfscope", os.MFD_CLOEXEC)
        try:
            self.dump(file=descriptor, all_threads=True, **self.more)
            text = os.pread(descriptor, 1 << 24, 0).decode("utf-8", "replace")
        finally:
            os.close(descriptor)
        threads = {}
        for block in text.split("hread 0x")[1:]:
            head, _, frames = block.partition("\n")
            threads[int(head.split(" ", 1)[0], 16)] = frames
        return threads

    def stack(self, text):
        key = []
        deeper = False
        for line in text.split("\n"):
            if not line.startswith('  File "'):
                deeper = deeper or line == "  ..."
                continue
            path, _, rest = line[8:].rpartition('", line ')
            number, _, name = rest.partition(" in ")
            key.append((name, path, 0, int(number) if number.isdigit() else 0))
        return self.named(tuple(key), deeper)


def stacks_of_this_interpreter(file, forced=None):
    """Raises RuntimeError, in words for the user, where no way is safe."""
    free_threaded = not getattr(sys, "_is_gil_enabled", lambda: True)()
    if forced == "stopped-world" or (free_threaded and sys.version_info >= (3, 14)):
        return StoppedWorldStacks(file)
    if free_threaded:
        raise RuntimeError(
            "A free-threaded CPython before 3.14 cannot be sampled without the risk of a crash."
            " Use 3.14 or newer, or run it with PYTHON_GIL=1."
        )
    if sys.implementation.name == "cpython":
        return CPythonStacks(file)
    return PyPyStacks(file)
