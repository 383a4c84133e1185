"""What is wrong with parameters, in plain sentences that name the file and the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ValidationError

from kit.errors import SettingsError, nearest
from kit.settings import ColumnSettings, JoinSettings, Settings, SourceSettings

_BELOW, _LIST = "needs 'key: value' lines below it", "needs a list, such as [a, b]"
_PLAIN = {"model_type": _BELOW, "dict_type": _BELOW, "tuple_type": _LIST, "list_type": _LIST}


def holder(at: tuple, layers: Sequence[tuple[str, Mapping]]) -> str:
    """The layer that holds the most of a key's path, of several the last one.

    Examples
    --------
    >>> holder(("targets", "growth"), [("a", {"targets": {}}), ("b", {"track": {}})])
    'a'
    """
    found, most = "", -1
    for origin, layer in layers:
        depth, below = 0, layer
        while depth < len(at) and isinstance(below, Mapping) and at[depth] in below:
            below, depth = below[at[depth]], depth + 1
        if depth and depth >= most:
            found, most = origin, depth
    return found


def require_known(
    layer: Mapping, origin: str, *, model: type[BaseModel] = Settings, at: str = ""
) -> None:
    """Refuse unknown keys layer by layer, so that the error names the file that holds the key.

    Parameters
    ----------
    layer : mapping
        What one file holds.
    origin : str
        What the error names.
    model : type
        The model whose fields are known.
    at : str
        Dotted keys above, with a dot at the end.

    Raises
    ------
    SettingsError
        Naming the first unknown key and the nearest known one.

    Examples
    --------
    >>> require_known({"targets": {"growth": 0.1}}, "company.yml")
    """
    for key, found in layer.items():
        if key not in model.model_fields:
            raise SettingsError(
                f"{origin}: unknown key '{at}{key}'. {nearest(str(key), model.model_fields)}"
            )
        kind = model.model_fields[key].annotation
        if isinstance(found, Mapping) and isinstance(kind, type) and issubclass(kind, BaseModel):
            require_known(found, origin, model=kind, at=f"{at}{key}.")


def sentences(error: ValidationError) -> list[tuple[tuple, str]]:
    """What is wrong, each with the path of its key."""
    found = []
    for one in error.errors():
        at = tuple(part for part in one["loc"] if part != "[key]")
        where = ".".join(str(part) for part in at) or "the file"
        if one["type"] == "extra_forbidden":
            known = _fields_at(at[:-1])
            told = f"unknown key '{where}'. {nearest(str(at[-1]), known)}"
        elif one["type"] == "missing":
            told = f"the key '{where}' is missing"
        else:
            message = _PLAIN.get(one["type"], one["msg"].removeprefix("Value error, "))
            shown = "" if isinstance(one["input"], dict) else f", found '{one['input']}'"
            told = f"'{where}': {message}{shown}"
        found.append((at, told))
    return found


def _fields_at(parts: tuple) -> list[str]:
    models = {"sources": SourceSettings, "columns": ColumnSettings, "joins": JoinSettings}
    model: type[BaseModel] = Settings
    for part in parts:
        if part in models:
            model = models[part]
        elif part in model.model_fields:
            kind = model.model_fields[part].annotation
            model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else model
    return list(model.model_fields)
