"""One program a library, each with a known number of kernels of one name: prints that number, and 0 where it is not known.

usage: libraries.py cupy|numba|triton|jax|nvtx|two|streams
"""

import json
import os
import subprocess
import sys

name = sys.argv[1]
COUNT = 50


def cupy():
    import cupy

    kernel = cupy.RawKernel(
        'extern "C" __global__ void perfscope_fill(float* out) { out[threadIdx.x] = threadIdx.x; }', "perfscope_fill"
    )
    out = cupy.zeros(256, dtype=cupy.float32)
    for _ in range(COUNT):
        kernel((1,), (256,), (out,))
    cupy.cuda.Device().synchronize()
    return float(out.sum()) == 256 * 255 / 2


def numba():
    import numpy
    from numba import cuda

    @cuda.jit
    def perfscope_fill(out):
        at = cuda.grid(1)
        if at < out.size:
            out[at] = at

    out = cuda.to_device(numpy.zeros(256, dtype=numpy.float32))
    for _ in range(COUNT):
        perfscope_fill[1, 256](out)
    cuda.synchronize()
    return float(out.copy_to_host().sum()) == 256 * 255 / 2


def triton():
    import torch

    # Of a function within a function Triton finds no source.
    from triton_kernel import perfscope_fill

    out = torch.zeros(256, device="cuda")
    for _ in range(COUNT):
        perfscope_fill[(1,)](out, SIZE=256)
    torch.cuda.synchronize()
    return float(out.sum()) == 256 * 255 / 2


def jax():
    # Three quarters of the card's memory are not ours to take.
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    import jax as j
    import jax.numpy as jnp

    @j.jit
    def perfscope_fill(values):
        return jnp.sin(values) * 2 + 1

    values = jnp.arange(256, dtype=jnp.float32)
    for _ in range(COUNT):
        values = perfscope_fill(values)
    return bool(jnp.isfinite(values.block_until_ready()).all())


def nvtx():
    import torch

    values = torch.zeros(16, device="cuda")
    for _ in range(COUNT):
        torch.cuda.nvtx.range_push("perfscope range")
        values.add_(1)
        torch.cuda.nvtx.range_pop()
    return float(values[0]) == COUNT


def streams():
    import torch

    streams = [torch.cuda.Stream() for _ in range(4)]
    values = [torch.zeros(1 << 20, device="cuda") for _ in streams]
    torch.cuda.synchronize()
    for _ in range(COUNT):
        for stream, value in zip(streams, values):
            with torch.cuda.stream(stream):
                value.add_(1)
    torch.cuda.synchronize()
    return float(values[0][0]) == COUNT


def two():
    children = [subprocess.Popen([sys.executable, __file__, "nvtx"], stdout=subprocess.DEVNULL) for _ in range(2)]
    return all(child.wait() == 0 for child in children)


good = {"cupy": cupy, "numba": numba, "triton": triton, "jax": jax, "nvtx": nvtx, "two": two, "streams": streams}[name]()
print(json.dumps({"good": good, "count": COUNT}))
sys.exit(0 if good else 1)
