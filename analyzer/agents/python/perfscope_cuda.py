"""Has perfscope's recording of CUDA make way for PyTorch's profiler. CUPTI has room for one user: a program that profiles itself gets
what it would get without perfscope, and perfscope goes on when it has ended. See docs/collectors/cuda.md.
"""

import os

_AGENT = "CUDA_INJECTION64_PATH"
_RECORDS = "PERFSCOPE_CUDA_DIR"
# Tells the agent, when the driver loads it later, that it may use what the profiler will want.
_YIELDS = "PERFSCOPE_CUDA_YIELDS"


def actions():
    """What `Watch` does when a module has been imported; nothing where CUDA is not recorded."""
    agent = os.environ.get(_AGENT)
    if not agent or not os.environ.get(_RECORDS) or not hasattr(os, "RTLD_NOLOAD"):
        return {}
    return {"torch.autograd.profiler": lambda module: _make_way(module, agent)}


def _make_way(module, agent):
    """A profile asks for its `config` just before it takes CUPTI, and leaves it by `_disable_profiler`."""
    from functools import partial
    from itertools import repeat, starmap

    def call(function):
        # The driver has loaded the agent, or the program has used no CUDA yet and there is nothing to make way with.
        try:
            import ctypes

            getattr(ctypes.CDLL(agent, mode=os.RTLD_NOLOAD | os.RTLD_NOW), function)()
        except (OSError, AttributeError):
            pass

    def config(self, *args, **named):
        # Profiles of the CPU alone need nothing of CUPTI.
        if any("CUDA" in str(activity) for activity in getattr(self, "kineto_activities", ())):
            call("perfscope_cuda_yield")
        return original(self, *args, **named)

    def resume(result):
        call("perfscope_cuda_resume")
        return result

    original, disable = module.profile.config, module._disable_profiler
    module.profile.config = config
    # Called from C, so that what it raises has no frame of ours in its traceback.
    module._disable_profiler = partial(next, map(resume, starmap(disable, repeat(()))))
    os.putenv(_YIELDS, str(os.getpid()))
