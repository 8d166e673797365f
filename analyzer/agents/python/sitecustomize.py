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
            # The first process of a run compiles the agent for all the others, 4 ms each, and the installation stays clean.
            sys.dont_write_bytecode, sys.pycache_prefix = False, records + "/pycache"
        import perfscope_agent

        perfscope_agent.start()
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


_start(__file__.rpartition("/")[0])
del sys.modules["sitecustomize"]
# Where there is no other one this raises the ModuleNotFoundError that `site` expects, and an error in the other one
# reaches `site` as it would have without us.
import sitecustomize  # noqa: E402, F401
