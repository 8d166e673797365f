"""What can be told of a program's functions, frames, threads and pipes without running any of its code."""

import _thread
import os
import sys

getframe = sys._getframe
# Flag of a code object whose locals are no dictionary: of a function, but not of a module or class.
_OPTIMIZED = 1


def code_of(callable):
    """The code that calling an object runs, beyond partials, bound methods and `functools.wraps`; None where it is no Python.
    Looks into `__dict__` and at slots only: the program's own `__getattr__` must not run."""
    for _ in range(8):
        kind = type(callable)
        if kind is _function:
            wrapped = callable.__dict__.get("__wrapped__") if callable.__dict__ else None
            if wrapped is None:
                return callable.__code__
            callable = wrapped
        elif kind is _method:
            callable = callable.__func__
        elif kind.__module__ == "functools" and kind.__name__ == "partial":
            callable = callable.func
        elif kind is type:
            callable = callable.__dict__.get("__init__")
        else:
            for owner in kind.__mro__:
                call = owner.__dict__.get("__call__")
                if call is not None:
                    callable = call
                    break
            else:
                return None
            if type(callable) is not _function:
                return None
    return None


_function = type(code_of)


class _Any:
    def method(self):
        pass


_method = type(_Any().method)


def parent_process():
    """The process of `multiprocessing` that made this one, which for a fork server's is not the one that the kernel names; 0
    for none."""
    process = getattr(sys.modules.get("multiprocessing.process"), "_current_process", None)
    return getattr(process, "_parent_pid", None) or 0


def thread_name(number):
    """What the program calls the calling thread; a process's first thread has the name of the process."""
    if number == os.getpid():
        process = getattr(sys.modules.get("multiprocessing.process"), "_current_process", None)
        name = getattr(process, "_name", "")
        return name if isinstance(name, str) and name != "MainProcess" else "MainThread"
    thread = getattr(sys.modules.get("threading"), "_active", {}).get(_thread.get_ident())
    name = getattr(thread, "_name", "")
    return name if isinstance(name, str) else ""


def local(frame, name):
    """A local variable of a frame, None when it has none of that name. Up to 3.12 asking makes a dictionary that stays with the
    frame, and would keep what a loop has worked on alive until its next turn."""
    names = frame.f_locals
    value = names.get(name)
    if type(names) is dict and frame.f_code.co_flags & _OPTIMIZED:
        names.clear()
    return value


def queue_key(connection):
    """What both ends of a pipe have in common: the number of its inode; 0 where there is none."""
    try:
        return os.fstat(connection.fileno()).st_ino
    except (OSError, AttributeError, ValueError, TypeError):
        return 0
