"""A launch-heavy and a compute-heavy program, timed apart from imports: prints seconds of each, and kernels, as JSON.

usage: cost.py LAUNCHES PRODUCTS [profile]
"""

import json
import sys
import time

import torch

launches, products = int(sys.argv[1]), int(sys.argv[2])
small = torch.zeros(1024, device="cuda")
large = torch.randn(4096, 4096, device="cuda")


def launching():
    for _ in range(launches):
        small.add_(1.0)
    torch.cuda.synchronize()


def computing():
    value = large
    for _ in range(products):
        value = torch.mm(large, value).mul_(1e-3)
    torch.cuda.synchronize()


def timed(work):
    begin = time.perf_counter()
    if sys.argv[3:] == ["profile"]:
        from torch.profiler import ProfilerActivity, profile

        # Its records are collected when it ends; what is made of them, which takes far longer, is left out.
        with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]):
            work()
    else:
        work()
    return time.perf_counter() - begin


for _ in range(100):
    small.add_(1.0)
torch.mm(large, large)
torch.cuda.synchronize()
print(json.dumps({"launching": timed(launching), "computing": timed(computing), "kernels": launches + 2 * products}))
