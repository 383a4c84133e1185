"""A company that does not exist, with files as a real one has them and truths planted in them."""

from kit.data.sample.company import SEED, Sample, make
from kit.data.sample.files import write
from kit.data.sample.parameters import company_yml, period_ymls, scenario_ymls
from kit.data.sample.truths import DirtyRow, Planted, Truths, read_truths

__all__ = [
    "SEED", "DirtyRow", "Planted", "Sample", "Truths", "company_yml", "make", "period_ymls",
    "read_truths", "scenario_ymls", "write",
]  # fmt: skip
