"""Which kernels a batch uses: forked from the warm server, or ordinary ones."""

from __future__ import annotations

from dataclasses import dataclass

from kit.publish import forkserver

WARM = "sales-target-kit"  # the kit's kernelspec
ORDINARY = "python3"


@dataclass(frozen=True)
class Kernel:
    """A kernelspec's name, and what there is to say of the choice."""

    name: str
    note: str = ""


def kernel(*, ordinary: bool = False) -> Kernel:
    """Choose the kernels of a batch, and start the warm server where they come from it.

    Parameters
    ----------
    ordinary : bool
        Ordinary ones are asked for.

    Returns
    -------
    Kernel
        Without waiting for the server: it goes on importing while the caller does other things.
    """
    if ordinary:
        return Kernel(ORDINARY)
    if not forkserver.available():
        return Kernel(ORDINARY, "Kernels cannot be forked here: ordinary ones are used, slower.")
    try:
        forkserver.launch()
    except OSError as error:
        why = error.strerror or str(error)
        return Kernel(ORDINARY, f"The warm server did not start ({why}): kernels are ordinary.")
    return Kernel(WARM)
