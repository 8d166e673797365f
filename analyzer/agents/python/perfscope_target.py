"""Whose function a task runs: what the user wrote, beyond what pools and libraries put around it."""

import sys


# Functions of libraries that run what they are given.
RUNNERS = ("mapstar", "starmapstar", "batch_execute_tasks", "apply_function")


def target(function, args):
    """The user's function and how many calls of it a task makes: `map` sends chunks, joblib batches."""
    kind = type(function)
    if kind.__name__ == "function":
        name, home = function.__name__, function.__module__
        if name in ("mapstar", "starmapstar") and home == "multiprocessing.pool" and len(args) == 1:
            return args[0][0], len(args[0][1])
        if name == "batch_execute_tasks" and home == "dask.local" and len(args) == 1 and type(args[0]) in (list, tuple):
            return dask_target(args[0]) or function, len(args[0])
        if name == "apply_function" and home == "distributed.worker" and args:
            return args[0], 1
    elif kind.__name__ == "SafeFunction" and kind.__module__.startswith("joblib"):
        return target(function.func, args)
    elif kind.__name__ == "BatchedCalls" and kind.__module__.startswith("joblib"):
        items = function.items
        return (items[0][0] if items else function), len(items)
    return function, 1


def dask_target(batch):
    """The first function of a batch of Dask's. Its scheduler for processes has pickled it by then: there it is the name of what
    it computes, without the token that tells apart what has one name."""
    key, content = batch[0][:2] if batch else ("", None)
    task = content[0] if type(content) is tuple and content else None
    if type(task) is tuple and task and callable(task[0]):
        return task[0]
    split = getattr(sys.modules.get("dask.utils"), "key_split", None)
    return split(key) if split is not None and type(key) in (str, tuple) else None
