"""A program that profiles itself with the stand-in for PyTorch beside it, and launches before, during and after."""

import ctypes
import os
import traceback

from torch.autograd import profiler

cuda = ctypes.CDLL(os.environ["PERFSCOPE_CUPTI"])


def launch(name, count):
    for _ in range(count):
        cuda.fake_launch(name, 7, ctypes.c_uint64(1000), 1, 1, 0)
    cuda.fake_synchronize()


cuda.fake_init()
try:
    profiler._disable_profiler()
except RuntimeError:
    traceback.print_exc(file=None)
launch(b"before", 30)
with profiler.profile({"ProfilerActivity.CPU"}):
    launch(b"cpu_only", 20)
profiler._subscribed = False
with profiler.profile({"ProfilerActivity.CPU", "ProfilerActivity.CUDA"}):
    launch(b"during", 40)
launch(b"after", 50)
