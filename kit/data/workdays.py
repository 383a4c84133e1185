"""Working days of a named country, with the weekend days on which it works."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np

from kit.errors import SettingsError, nearest


def require_country(country: str, *, subdivision: str = "") -> None:
    """Check that the working days of a country are known.

    Parameters
    ----------
    country : str
        ISO code, such as CN; empty for plain Monday to Friday.
    subdivision : str
        Code of a state or province, empty for the whole country.

    Raises
    ------
    SettingsError
        Where the country or the subdivision is not known.

    Examples
    --------
    >>> require_country("CN")
    """
    if not country:
        if subdivision:
            raise SettingsError(
                f"calendar.subdivision: '{subdivision}' stands without calendar.country. Give both."
            )
        return
    import holidays

    known = holidays.list_supported_countries()
    if country not in known:
        raise SettingsError(
            f"calendar.country: '{country}' is not known. {nearest(country, known)} "
            "Write an ISO code, or leave it empty for Monday to Friday."
        )
    if subdivision and subdivision not in known[country]:
        raise SettingsError(
            f"calendar.subdivision: '{subdivision}' is not known in {country}. "
            f"{nearest(subdivision, known[country])}"
        )


@lru_cache(maxsize=256)
def year_workdays(year: int, *, country: str, subdivision: str = "") -> np.ndarray:
    """The working days of one calendar year.

    Parameters
    ----------
    year : int
    country : str
        ISO code; empty for Monday to Friday without holidays.
    subdivision : str

    Returns
    -------
    array of datetime64[D]
        Rising, not writable. A weekend day that the country declared a working day is in it; a
        public holiday and a plain weekend day are not.

    Notes
    -----
    Shifted weekends are known only for years whose government has announced them; later years hold
    the holidays that follow from rules.

    Examples
    --------
    >>> np.datetime64("2025-01-26") in year_workdays(2025, country="CN")  # a working Sunday
    True
    >>> int(year_workdays(2025, country="").size)
    261
    """
    first = dt.date(year, 1, 1)
    days = [first + dt.timedelta(n) for n in range((dt.date(year, 12, 31) - first).days + 1)]
    if country:
        import holidays

        table = holidays.country_holidays(
            country, subdiv=subdivision or None, years=range(year - 1, year + 2), expand=False
        )
        working = [day for day in days if table.is_working_day(day)]
    else:
        working = [day for day in days if day.weekday() < 5]
    found = np.array(working, dtype="datetime64[D]")
    found.setflags(write=False)
    return found
