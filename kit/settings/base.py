"""What all parameter models are made from: the base model and the kinds of numbers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
OptionalNumber = Annotated[float | None, BeforeValidator(lambda found: None if found == "" else found)]
OptionalShare = Annotated[Share | None, BeforeValidator(lambda found: None if found == "" else found)]
Amount = Annotated[float, Field(ge=0, le=1e15)]  # beyond it a float holds no cents
OptionalAmount = Annotated[Amount | None, BeforeValidator(lambda found: None if found == "" else found)]
OptionalDeviations = Annotated[
    Annotated[float, Field(ge=-3, le=3)] | None, BeforeValidator(lambda found: None if found == "" else found)
]
OptionalDate = Annotated[dt.date | None, BeforeValidator(lambda found: None if found == "" else found)]


class Model(BaseModel):
    """Base of all parameter models: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
