"""Small programs with one bottleneck on the GPU each, and the same without. Prints one line of JSON: a checksum and the seconds of the loop.

usage: bottlenecks.py RULE planted|fixed
"""

import json
import sys
import time

import torch

rule, planted = sys.argv[1], sys.argv[2] == "planted"
device = torch.device("cuda")
torch.manual_seed(0)


def busy(x, rounds):
    for _ in range(rounds):
        x = torch.sin(x) * 1.01
    return x


def repeated_upload():
    """The same table goes to the device in each step."""
    table = torch.randn(8 << 20).pin_memory()
    on_device = table.to(device)
    total = torch.zeros((), device=device)
    for step in range(300):
        its = table.to(device, non_blocking=True) if planted else on_device  # here: D04
        total += busy(its, 4)[step]
    return total.item()


def pageable():
    """Batches that are asked to be copied asynchronously, from memory that cannot be."""
    batches = [torch.randn(4 << 20) for _ in range(4)]
    if not planted:
        batches = [batch.pin_memory() for batch in batches]
    total = torch.zeros((), device=device)
    for step in range(400):
        batch = batches[step % 4]
        batch[0] = step
        its = batch.to(device, non_blocking=True)  # here: D05
        total += busy(its, 6)[step]
        if not planted and step % 4 == 3:
            torch.cuda.synchronize()
    return total.item()


def synchronous():
    """Results come back one by one, and the host looks at each before it launches the next."""
    source = torch.randn(4 << 20, device=device)
    slots = [torch.empty(4 << 20).pin_memory() for _ in range(2)]
    done = [torch.cuda.Event() for _ in range(2)]
    total = 0.0
    for step in range(300):
        slot = step % 2
        if not planted and step >= 2:
            done[slot].synchronize()
            total += float(slots[slot][: 1 << 20].sum())
        result = busy(source, 12) + step
        slots[slot].copy_(result, non_blocking=not planted)  # here: D07
        done[slot].record()
        if planted:
            total += float(slots[slot][: 1 << 20].sum())
    if not planted:
        for slot in (0, 1):
            done[slot].synchronize()
            total += float(slots[slot][: 1 << 20].sum())
    return total


def scalar():
    """The loss is looked at in each step."""
    weights = torch.randn(512, 512, device=device)
    x = torch.randn(512, 512, device=device)
    losses = []
    for _ in range(4000):
        x = torch.tanh(x @ weights * 0.05)
        loss = x.square().mean()
        losses.append(loss.item() if planted else loss)  # here: D09
    return float(losses[-1])


def launches():
    """A chain of small kernels, one by one or as a graph."""
    x = torch.zeros(4096, device=device)

    def chain():
        for _ in range(50):
            x.mul_(0.999).add_(0.001)

    chain()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        chain()
    for _ in range(1500):
        if planted:
            chain()  # here: G04
        else:
            graph.replay()
    return x[0].item()


class Slow(torch.utils.data.Dataset):
    def __len__(self):
        return 64 * 120

    def __getitem__(self, index):
        x = torch.full((3, 64, 64), float(index % 7))
        for _ in range(20):
            x = x * 1.01 - x.mean() * 0.01
        return x


def loader():
    """Items are made in the loop itself, or by workers."""
    loader = torch.utils.data.DataLoader(Slow(), batch_size=64, num_workers=0 if planted else 8, pin_memory=True)
    total = torch.zeros((), device=device)
    for batch in loader:  # here: G05
        total += busy(batch.to(device, non_blocking=True), 400).mean()
    return total.item()


CASES = {"D04": repeated_upload, "D05": pageable, "D07": synchronous, "D09": scalar, "G04": launches, "G05": loader}
busy(torch.zeros(8, device=device), 2)
torch.cuda.synchronize()
begin = time.perf_counter()
value = CASES[rule]()
torch.cuda.synchronize()
print(json.dumps({"value": round(value, 2), "seconds": time.perf_counter() - begin}))
