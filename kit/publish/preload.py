"""What the warm server imports before it forks: all that kernels would otherwise import anew.

Importing this module does work, on purpose: a fork server knows its preparation by modules' names.
"""

from __future__ import annotations

import atexit
import gc
import sys
from contextlib import suppress
from importlib import import_module

from kit.warm import warm

# What a kernel imports late, when it starts or runs its first cell. A name that another version of
# a library does not have is passed over: the kernel is slower then, and the same.
_LATE = (
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.debugger_backport",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "faulthandler",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "kit.cli",  # each child looks for what the main script defines, and so imports it
    "kit.publish.batch_kernel",
    "matplotlib_inline.backend_inline",
    "pdb",
    "tornado.platform.asyncio",
)

sys.modules["debugpy"] = None  # nobody debugs a batch: ipykernel then does without its debugger
for name in _LATE:
    with suppress(ImportError):
        import_module(name)
warm()
gc.collect()
gc.freeze()  # what stands here stays: collecting it would copy its memory into every kernel
atexit.register(gc.unfreeze)  # the server's own end looks for what was not given back
