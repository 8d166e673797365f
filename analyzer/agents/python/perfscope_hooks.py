"""The part of the agent that records pools: it waits until the program imports something that has pools, and only then loads
its hooks.
"""

import os
import sys

from perfscope_imports import Watch

# In the order in which they need each other.
_PARTS = (
    *("perfscope_rate", "perfscope_program", "perfscope_log", "perfscope_target", "perfscope_pools", "perfscope_traffic"),
    *("perfscope_multiprocessing", "perfscope_processes", "perfscope_futures", "perfscope_frameworks"),
)
_LOKY = ("process_executor", "backend.reduction", "backend.queues")
_WATCHED = (
    *("multiprocessing." + name for name in ("reduction", "connection", "queues", "managers", "pool", "util")),
    *("concurrent.futures." + name for name in ("_base", "thread", "process")),
    *(package + name for package in ("joblib.externals.loky.", "loky.") for name in _LOKY),
    "joblib.pool",
    "torch.utils.data.dataloader",
    "torch.utils.data._utils.worker",
    "distributed._concurrent_futures_thread",
)
# Whose frames are not where a program uses a pool.
_MACHINERY = (
    *("multiprocessing", "concurrent", "threading", "queue", "asyncio"),
    *("joblib", "loky", "dask", "distributed", "tornado", "torch"),
)


class Hooks:
    def __init__(self, home, folder, cache):
        """`home`: where the agent's modules lie. `folder`: where its records go. `cache`: where compiled modules are kept."""
        self.home = home
        self.folder = folder
        self.cache = cache
        self.recorder = None
        self.resets = []
        self.actions = {}
        self.said = set()

    def start(self, more):
        """`more`: further actions for `Watch`."""
        actions = {name: self.action(name) for name in _WATCHED}
        actions.update(more)
        os.register_at_fork(after_in_child=self.in_child)
        Watch(actions).start()

    def action(self, name):
        def act(module):
            if not self.actions:
                self.load()
            try:
                self.actions[name](module)
            except Exception as problem:
                self.stepped_aside(name, problem)

        return act

    def load(self):
        _, _, log, _, pools, *hooks = load_parts(self.home, self.cache, _PARTS)
        self.recorder = pools.Recorder(log.Log(self.folder))
        self.recorder.machinery.update(_MACHINERY, _PARTS, ("perfscope_hooks",))
        traffic = hooks[0].Traffic(self.recorder, self.stepped_aside)
        self.resets.append(self.recorder.reset)
        for part in hooks:
            actions, reset = part.watch(traffic)
            self.actions.update(actions)
            if reset is not None:
                self.resets.append(reset)

    def in_child(self):
        try:
            for reset in self.resets:
                reset()
        except Exception:
            pass

    def stepped_aside(self, what, problem):
        """A hook has failed: the program goes on, and the recording says so, once."""
        if what in self.said or self.recorder is None:
            return
        self.said.add(what)
        try:
            self.recorder.note(self.recorder.NOTE, "%s: %s: %s" % (what, type(problem).__name__, problem))
        except Exception:
            pass


def load_parts(home, cache, names):
    """Modules of the agent, imported without a trace in `sys.modules` or `sys.path`."""
    from importlib._bootstrap_external import SourceFileLoader

    kept = sys.dont_write_bytecode, sys.pycache_prefix
    before = {name: sys.modules.get(name) for name in names}
    modules = []
    try:
        sys.dont_write_bytecode, sys.pycache_prefix = False, cache
        for name in names:
            path = "%s/%s.py" % (home, name)
            module = type(sys)(name)
            module.__file__ = path
            sys.modules[name] = module
            exec(SourceFileLoader(name, path).get_code(name), module.__dict__)
            modules.append(module)
    finally:
        sys.dont_write_bytecode, sys.pycache_prefix = kept
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
    return modules
