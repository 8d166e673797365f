"""Starts perfscope's agent in a Python process, then makes room for the `sitecustomize` that would have run without it.

Python imports the first `sitecustomize` on `sys.path` at start-up, and perfscope puts this folder first with PYTHONPATH.
When the import has ended, `sys.path`, `sys.modules` and the importer cache are as if the folder had not been there.
"""

import os
import sys


def _start(folder):
    kept = sys.dont_write_bytecode, getattr(sys, "pycache_prefix", None)
    records = os.environ.get("PERFSCOPE_AGENT_DIR")
    try:
        if records and hasattr(sys, "pycache_prefix"):
            # Compiled once for all runs: it takes some ms, and leaves the program's memory in pieces. The installation stays clean.
            sys.dont_write_bytecode, sys.pycache_prefix = False, _cache(records)
        if records:
            _start_parts(folder, records)
    except Exception:  # The program comes first: without its agent it runs as it always does.
        pass
    finally:
        sys.dont_write_bytecode = kept[0]
        if hasattr(sys, "pycache_prefix"):
            sys.pycache_prefix = kept[1]
        sys.path[:] = [entry for entry in sys.path if entry != folder]
        sys.path_importer_cache.pop(folder, None)
        # Out of `sys.modules` the agent keeps its globals while the interpreter takes the modules down.
        for name in [name for name in sys.modules if name.startswith("perfscope_")]:
            del sys.modules[name]


def _cache(records):
    return os.environ.get("PERFSCOPE_AGENT_CACHE") or records + "/pycache"


def _start_parts(folder, records):
    if os.environ.get("PERFSCOPE_AGENT_HZ"):
        import perfscope_agent

        perfscope_agent.start()
    pools = os.environ.get("PERFSCOPE_AGENT_POOLS") == "1"
    cache = _cache(records)
    import perfscope_cuda
    import perfscope_environ
    import perfscope_torch

    more = perfscope_torch.actions(records)
    more.update(perfscope_cuda.actions())

    # The last to read the environment: from here on it does not show the agent any more.
    hidden = perfscope_environ.hide(folder)
    if pools:
        _say_here(records)
    if pools and sys.implementation.name == "cpython" and sys.version_info >= (3, 8):
        from perfscope_interpreter import is_main_interpreter

        if is_main_interpreter():
            import perfscope_hooks

            if hidden:
                more["subprocess"] = lambda module: perfscope_environ.pass_on(module, hidden)
                perfscope_environ.pass_on_exec(hidden)
            perfscope_hooks.Hooks(folder, records, cache).start(more)
            return
    if more:
        import perfscope_imports

        perfscope_imports.Watch(more).start()


def _say_here(records):
    """Tells that the agent has reached this process, which may never use a pool: without it, the recording says so."""
    try:
        os.close(os.open("%s/%d.reached" % (records, os.getpid()), os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError:
        pass


_start(__file__.rpartition("/")[0])
del sys.modules["sitecustomize"]
# Where there is no other one this raises the ModuleNotFoundError that `site` expects, and an error in the other one
# reaches `site` as it would have without us.
import sitecustomize  # noqa: E402, F401
