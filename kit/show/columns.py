"""The kind of figure each column holds, and the columns whose values are keys of the catalogue."""

from __future__ import annotations

from types import MappingProxyType

_KINDS = {
    "money": (
        "target target_to_date actual gap required_run_rate run_rate landing landing_low "
        "landing_high last_year moving_average rolling_gap cumulative baseline low high mean "
        "amount reference margin collections expected_effect measured_effect reserve at_stake "
        "top_down bottom_up productivity weighted"
    ),
    "signed_money": "variance effect shortfall",
    "percent": (
        "attainment pace_index share seasonality conversion reference_conversion weight "
        "win_rate_count win_rate_amount threshold value discount error reference_price price "
        "over_assignment usual usual_low planned"
    ),
    "signed_percent": "variance_share yoy mom growth actual_growth shortfall_share",
    "chance": "chance_of_target chance chance_in_force",
    "count": (
        "working_days entered reached new_customers quantity visits quotes calls demos rows kept "
        "repaired refused rank count peers orders customers won lost visit call quote demo version"
    ),
    "number": "score capacity median points posts",
    "multiple": "multiple coverage",
    "date": "start end date due_on hired_on as_of valid_from since active_from active_to",
    "month": "month",
    "period": "period",
    "section": "section",
    "status": (
        "status outcome severity verdict specific measurable achievable relevant time_bound"
    ),
}
KINDS = MappingProxyType({name: kind for kind, names in _KINDS.items() for name in names.split()})

# Columns whose values are keys: the catalogue is asked for `<family>.<value>`.
FAMILIES = MappingProxyType(
    {
        "measure": "measure",
        "status": "status",
        "outcome": "outcome",
        "severity": "severity",
        "verdict": "verdict",
        "part": "part",
        "effect": "effect",
        "step": "stage",
        "stage": "stage",
        "cause": "cause",
        "category": "category",
    "confidence": "confidence",
        "evidence": "evidence",
        "rule": "rule",
        "advice": "advice",
        "action": "action",
        "criterion": "criterion",
        "view": "view",
        "owner_role": "owner",
        "owner": "owner",
        "table": "table",
        "kind": "kind",
        "behaviour": "behaviour",
        "reason": "loss_reason",
        "note": "note",
        "goal": "measure",
        "goal_kind": "goal_kind",
        "term": "term",
        "specific": "verdict",
        "measurable": "verdict",
        "achievable": "verdict",
        "relevant": "verdict",
        "time_bound": "verdict",
    }
)

# Columns that are in the unit of the row's measure where that is no money.
IN_UNIT_OF_MEASURE = frozenset(
    "target target_to_date actual gap variance required_run_rate run_rate landing landing_low "
    "landing_high last_year moving_average rolling_gap cumulative baseline low high mean amount "
    "reference effect value median before".split()
)
OVER = frozenset(("gap", "rolling_gap"))  # positive when short: a negative one is said in words
RATES = frozenset(("required_run_rate", "run_rate"))
COUNTED_MEASURES = frozenset(
    "quantity new_customers orders customers won lost activities visit call quote demo".split()
)


def kind(column: str) -> str:
    """What a column holds: money, percent, chance, count, number, multiple, date, month, period,
    section, status or text; signed_money and signed_percent where a plus is worth saying.

    Examples
    --------
    >>> kind("gap"), kind("attainment"), kind("customer")
    ('money', 'percent', 'text')
    """
    return KINDS.get(column, "text")
