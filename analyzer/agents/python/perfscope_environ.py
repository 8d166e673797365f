"""Hides from the program what perfscope put into its environment, and passes it on to the Python processes that it starts.

`os.environ` shows what it would show without perfscope. The environment that the kernel hands to children is another one:
what `os.environ` was filled from. The agent's variables stay there, so that children inherit them.
"""

import os
import sys

_FOLDER = b"PERFSCOPE_AGENT_DIR"
_PATH = b"PYTHONPATH"
# What PYTHONPATH was before perfscope; absent when there was none.
_ORIGINAL = b"PERFSCOPE_AGENT_PYTHONPATH"
_PREFIX = b"PERFSCOPE_AGENT_"
# What Node programs below this one load their agent by; ours stands first in the options.
_NODE_PREFIX = b"PERFSCOPE_NODE_"
_NODE_OPTIONS = b"NODE_OPTIONS"
_NODE_OURS = b'preload.cjs"'
_NODE_PROGRAMS = (b"node", b"nodejs", b"npm", b"npx", b"yarn", b"pnpm")
_node = {}
# What OpenCL's loader reads in any program; ours, in the agent's folder, stands first.
_LAYERS = b"OPENCL_LAYERS"
_layers = {}

_putenv, _unsetenv = os.putenv, os.unsetenv


def hide(folder):
    """`folder`: of the agent, as it stands first in PYTHONPATH."""
    shown = getattr(os.environ, "_data", None)
    if not isinstance(shown, dict) or _PATH not in shown or os.name != "posix":
        return
    ours = {key: value for key, value in shown.items() if key.startswith(_PREFIX)}
    folder = os.fsencode(folder)
    import posix

    for place in (shown, posix.environ):
        for key in ours:
            place.pop(key, None)
        if _ORIGINAL in ours:
            place[_PATH] = ours[_ORIGINAL]
        else:
            place.pop(_PATH, None)
    _node.update(_hide_node(shown, posix.environ))
    _layers.update(_hide_layers(ours.get(_FOLDER, b""), shown, posix.environ))
    _keep_when_changed(folder)
    return ours, folder


def _hide_node(*places):
    """What Node programs need, which is gone from `places`."""
    hidden = {}
    for place in places:
        ours = {key: value for key, value in place.items() if key.startswith(_NODE_PREFIX)}
        if ours:
            option, end, own = place.pop(_NODE_OPTIONS, b"").partition(_NODE_OURS)
            hidden = {**ours, _NODE_OPTIONS: option + end}
            if own.strip():
                place[_NODE_OPTIONS] = own.strip()
        for key in ours:
            place.pop(key, None)
    return hidden


def _hide_layers(folder, *places):
    """The layer of OpenCL, which is gone from `places`. The loader finds it in the environment of the kernel."""
    hidden = {}
    for place in places:
        first, _, own = place.get(_LAYERS, b"").partition(b":")
        if folder and first.startswith(folder + b"/"):
            hidden = {_LAYERS: first}
            if own:
                place[_LAYERS] = own
            else:
                del place[_LAYERS]
    return hidden


def _with_layers(known):
    """`known`: an environment as bytes, to which is added what OpenCL's loader needs."""
    if not _layers or known.get(_LAYERS, b"").startswith(_layers[_LAYERS]):
        return known
    own = known.get(_LAYERS)
    return {**known, _LAYERS: _layers[_LAYERS] + (b":" + own if own else b"")}


def _keep_when_changed(folder):
    """A program that sets PYTHONPATH for its children gets its own, behind ours."""

    def putenv(key, value):
        if _is_path(key):
            _putenv(_ORIGINAL, value)
            value = folder + b":" + os.fsencode(value) if value else folder
        _putenv(key, value)

    def unsetenv(key):
        if _is_path(key):
            _unsetenv(_ORIGINAL)
            _putenv(key, folder)
        else:
            _unsetenv(key)

    if sys.version_info >= (3, 9):
        os.putenv, os.unsetenv = putenv, unsetenv
    else:
        os.environ.putenv, os.environ.unsetenv = putenv, unsetenv


def _is_path(key):
    return key == _PATH or key == "PYTHONPATH"


def pass_on_exec(hidden):
    """A process that becomes another Python, with an environment that was made from an `os.environ` without the agent."""
    ours, folder = hidden
    execve = os.execve

    def execve_with_agent(path, arguments, environment):
        if isinstance(path, (str, bytes)) and _starts_python((os.fsencode(path),)) and isinstance(environment, dict):
            environment = {os.fsencode(key): os.fsencode(value) for key, value in environment.items()}
            environment = _with_agent(environment, ours, folder)
        elif isinstance(path, (str, bytes)) and _starts_node((os.fsencode(path),)) and isinstance(environment, dict):
            environment = _with_node({os.fsencode(key): os.fsencode(value) for key, value in environment.items()})
        return execve(path, arguments, environment)

    os.execve = execve_with_agent


def pass_on(subprocess, hidden):
    """Adds the agent to an environment that the program made for a Python process itself. Other programs get what they were
    given."""
    ours, folder = hidden
    import _posixsubprocess

    original = _posixsubprocess.fork_exec

    def fork_exec(*args):
        if len(args) > 5 and type(args[5]) is list:
            python, node = _starts_python(args[1]), _starts_node(args[1])
            known = dict(entry.partition(b"=")[::2] for entry in args[5]) if python or node else {}
            if python:
                known = _with_agent(known, ours, folder)
            elif node:
                known = _with_node(known)
            if known:
                args = (*args[:5], [key + b"=" + value for key, value in known.items()], *args[6:])
        return original(*args)

    _posixsubprocess.fork_exec = fork_exec
    if hasattr(subprocess, "_fork_exec"):
        subprocess._fork_exec = fork_exec


def _starts_python(programs):
    return any(path.rpartition(b"/")[2].startswith((b"python", b"pypy")) for path in programs)


def _starts_node(programs):
    return any(path.rpartition(b"/")[2] in _NODE_PROGRAMS for path in programs)


def _with_node(known):
    """`known`: an environment as bytes, to which is added what the agent of Node programs needs."""
    if not _node or any(key.startswith(_NODE_PREFIX) for key in known):
        return known
    own = known.get(_NODE_OPTIONS)
    return _with_layers({**known, **_node, _NODE_OPTIONS: _node[_NODE_OPTIONS] + (b" " + own if own else b"")})


def _with_agent(known, ours, folder):
    """`known`: an environment as bytes."""
    if _FOLDER in known:
        return known
    path = known.pop(_PATH, None)
    more = {key: value for key, value in ours.items() if key != _ORIGINAL}
    if path is not None:
        more[_ORIGINAL] = path
    more[_PATH] = folder + b":" + path if path else folder
    return _with_layers({**known, **more})
