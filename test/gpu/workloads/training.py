"""Steps of a training on the GPU. Prints one line of JSON: a checksum, seconds of the measured steps, and what torch.profiler counted.

usage: training.py STEPS eager|compile|graph|loader [profile | cpu-profile]
The steps that count are within an NVTX range `measured`, with the device idle at both ends.
"""

import collections
import json
import os
import sys
import tempfile
import time

import torch

steps, mode = int(sys.argv[1]), sys.argv[2]
profile = sys.argv[3] if len(sys.argv) > 3 else ""
torch.manual_seed(0)
device = torch.device("cuda")
network = torch.nn.Sequential(*[torch.nn.Sequential(torch.nn.Linear(512, 512), torch.nn.ReLU()) for _ in range(6)]).to(device)
optimizer = torch.optim.SGD(network.parameters(), lr=1e-3)
pageable = torch.randn(256, 512)
pinned = torch.randn(256, 512).pin_memory()


class Data(torch.utils.data.Dataset):
    def __len__(self):
        return 64 * (steps + 5)

    def __getitem__(self, index):
        return torch.full((512,), float(index % 7))


def forward(batch):
    return network(batch).square().mean()


if mode == "compile":
    forward = torch.compile(forward)


def step(batch):
    optimizer.zero_grad(set_to_none=True)
    loss = forward(batch.to(device, non_blocking=True))
    loss.backward()
    optimizer.step()
    return loss


def batches(count):
    if mode == "loader":
        loader = torch.utils.data.DataLoader(Data(), batch_size=64, num_workers=2, pin_memory=True)
        for index, batch in enumerate(loader):
            if index == count:
                return
            yield batch
    else:
        for index in range(count):
            yield pinned if index % 2 else pageable


def run(count):
    loss = None
    for batch in batches(count):
        loss = step(batch)
    return loss.item()


def graphed():
    """A forward and backward pass as a CUDA graph, replayed for each step."""
    batch = pinned.to(device)
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            forward(batch).backward()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = forward(batch)
        loss.backward()

    def replay(count):
        for _ in range(count):
            graph.replay()
        return loss.item()

    return replay


work = graphed() if mode == "graph" else run
work(5)


def measured():
    torch.cuda.synchronize()
    torch.cuda.nvtx.range_push("measured")
    begin = time.perf_counter()
    value = work(steps)
    torch.cuda.synchronize()
    seconds = time.perf_counter() - begin
    torch.cuda.nvtx.range_pop()
    return value, seconds


def counted(profiler):
    """Kernels and copies by what the profiler's own trace says of each."""
    path = os.path.join(tempfile.mkdtemp(), "trace.json")
    profiler.export_chrome_trace(path)
    with open(path) as file:
        events = json.load(file)["traceEvents"]
    kernels, copies = [], collections.defaultdict(lambda: [0, 0])
    operators = collections.Counter()
    for event in events:
        kind = event.get("cat")
        if kind == "kernel":
            kernels.append(event["dur"])
        elif kind == "gpu_memcpy":
            its = copies[event["name"].split("(")[0].strip()]
            its[0] += 1
            its[1] += event["args"].get("bytes", 0)
        elif kind in ("cpu_op", "user_annotation"):
            operators[event["name"]] += 1
    return {"kernels": len(kernels), "microseconds": sum(kernels), "copies": copies, "operators": operators}


said = {}
if profile:
    from torch.profiler import ProfilerActivity

    activities = [ProfilerActivity.CPU] + ([ProfilerActivity.CUDA] if profile == "profile" else [])
    with torch.profiler.profile(activities=activities) as profiler:
        value, seconds = measured()
    said = counted(profiler)
else:
    value, seconds = measured()
print(json.dumps({"value": round(value, 5), "seconds": seconds, **said}))
