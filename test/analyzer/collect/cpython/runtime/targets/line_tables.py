"""Prints, for every code object of some modules, its table of lines and the line of each code unit by CPython's own account."""
import argparse
import ast
import asyncio.base_events
import dataclasses
import dis
import json
import sys
import typing

ODD = """
def spread(
    a,
    b,
):
    return [
        x
        for x in (a,
                  b)
        if x
    ], (yield), lambda: (
        a
    )
try:
    with open('x') as f, open('y') as g:
        pass
except (OSError,
        ValueError) as e:
    raise
finally:
    spread(1,

2)
while True:
    if spread:
        continue
    break
""" + "\n" * 400 + "assert spread, 'far'\n" + "\n" * 40000 + "del spread\n" + "x = 1;" * 300


def own_lines(code, units):
    lines = [0] * units
    if hasattr(code, "co_lines"):
        for start, end, line in code.co_lines():
            for unit in range(start // 2, end // 2):
                lines[unit] = line or 0
    else:
        starts = list(dis.findlinestarts(code)) + [(units * 2, 0)]
        for (start, line), (end, _) in zip(starts, starts[1:]):
            for unit in range(start // 2, end // 2):
                lines[unit] = line
    return lines


def describe(code):
    units = len(code.co_code) // 2
    table = code.co_linetable if sys.version_info >= (3, 10) else code.co_lnotab
    print(json.dumps([code.co_firstlineno, table.hex(), own_lines(code, units)]))
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            describe(constant)


for module in (argparse, ast, asyncio.base_events, dataclasses, typing):
    with open(module.__file__, encoding="utf-8") as source:
        describe(compile(source.read(), module.__file__, "exec"))
describe(compile(ODD, "odd", "exec"))
