"""Stands for PyTorch: as much of it as perfscope's agent looks at, with a profiler that takes CUPTI for itself."""
