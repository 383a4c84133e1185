"""How many deals left each stage of the funnel, and onward, as far as the events alone can say."""

from __future__ import annotations

import duckdb
import pyarrow as pa

WON = "won"  # where the last step leads
_RARE = 0.01  # share of the deals below which a stage is passed over
_HARDLY = 0.1  # of the usual share won: what is won less often is a way out, not a stage
_SURE = 0.95  # share won of the deals that enter an outcome

_ENTRIES = """
CREATE OR REPLACE TEMP TABLE entries AS
SELECT e.opportunity_id, e.stage, min(e.entered_on) AS entered_on,
    any_value(CASE WHEN o.status <> 'open' THEN o.closed_on END) AS closed_on,
    any_value(CASE WHEN o.status <> 'open' AND o.closed_on IS NOT NULL THEN o.status = 'won' END)
        AS won
FROM stage_events e JOIN opportunities o USING (opportunity_id)
WHERE e.stage IS NOT NULL AND e.entered_on IS NOT NULL GROUP BY ALL
"""
_COUNTS = """
SELECT stage, count(*) AS deals, count(won) AS decided, count(*) FILTER (won) AS won,
    count(*) FILTER (entered_on >= closed_on) AS late
FROM entries GROUP BY stage ORDER BY stage
"""
_ALL = """
SELECT count(*), count(won), count(*) FILTER (won)
FROM (SELECT opportunity_id, any_value(won) AS won FROM entries GROUP BY ALL)
"""
_PAIRS = """
SELECT a.stage, b.stage, count(*) FROM entries a JOIN entries b
ON a.opportunity_id = b.opportunity_id AND a.entered_on < b.entered_on GROUP BY ALL
"""
_DEPARTED = """
CREATE OR REPLACE TEMP TABLE departed AS
WITH passed AS (
    SELECT opportunity_id, step, place, entered_on, won, closed_on
    FROM entries JOIN stage_places USING (stage)
    UNION ALL
    SELECT opportunity_id, NULL, {last}, closed_on, true, closed_on
    FROM entries JOIN stage_places USING (stage) WHERE won
    GROUP BY ALL),
gone AS (
    SELECT *, min(entered_on) OVER (PARTITION BY opportunity_id ORDER BY place
              ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_on
    FROM passed)
SELECT o.rep_id, p.region, p.team, g.step, count(*) AS departures,
    date_trunc('month', coalesce(g.next_on, g.closed_on))::DATE AS month,
    count(g.next_on) AS onward
FROM gone g JOIN opportunities o USING (opportunity_id)
LEFT JOIN places p ON p.rep_id = o.rep_id AND o.created_on BETWEEN p.valid_from AND p.valid_to
WHERE g.step IS NOT NULL AND coalesce(g.next_on, g.closed_on) IS NOT NULL
GROUP BY ALL
"""


def name(stage: str, after: str) -> str:
    """A step as the peers' measures name it.

    Examples
    --------
    >>> name("lead", "qualified")
    'lead>qualified'
    """
    return f"{stage}>{after}"


def derive(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Make the table `departed` of how many deals left each stage by month, and tell the stages.

    Parameters
    ----------
    connection : DuckDBPyConnection
        With opportunities, stage_events and `places` of `kit.data.derived.place`.

    Returns
    -------
    tuple of str
        The stages in order, without the won deal that ends them. `departed` has rep_id, region,
        team (where the rep was when the deal was created), month (first day), step
        (`lead>qualified`; the last stage's leads to `won`), departures and onward (numbers of
        deals; the latter are among the former).

    Notes
    -----
    A departure is what `kit.data.stages.passages` says: onward on the first day a later stage is
    entered or the deal is won, lost from the furthest stage it had reached. A snapshot does not
    know which stages a packet names, and packets of one snapshot may name others; so the order is
    read from the events: a stage comes before another where more deals entered it on an earlier
    day than on a later one, and stages stand by the number of those they come before less those
    they come after, then by deals, then by name. A step names both of its stages, so that who
    names others finds no such step rather than a figure of something else. Passed over are

    - stages that fewer than 1 % of the deals entered (misspelt ones, say);
    - those whose deals are won less than a tenth as often as all (`lost`, `on hold`);
    - those that most deals enter on the day they are closed and at least 95 % of which are won.
    """
    connection.execute(_ENTRIES)
    stages = _in_order(connection)
    steps = [name(*pair) for pair in zip(stages, (*stages[1:], WON), strict=False)]
    rows = {"stage": pa.array(stages, "string"), "place": pa.array(range(len(stages)), "int64"),
            "step": pa.array(steps, "string")}  # fmt: skip
    connection.register("stage_places", pa.table(rows))
    connection.execute(_DEPARTED.format(last=len(stages)))
    connection.unregister("stage_places")
    connection.execute("DROP TABLE entries")
    return stages


def _in_order(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    [(deals, decided, won)] = connection.execute(_ALL).fetchall()
    usual = won / decided if decided else 0.0
    kept = {}
    for stage, entered, ended, gained, late in connection.execute(_COUNTS).fetchall():
        way_out = ended and gained < _HARDLY * usual * ended
        outcome = ended and late > ended / 2 and gained >= _SURE * ended
        if entered >= _RARE * deals and not way_out and not outcome:
            kept[stage] = entered
    found = {(a, b): count for a, b, count in connection.execute(_PAIRS).fetchall()}

    def ahead(one: str) -> int:
        """The stages it comes before less those it comes after."""
        leads = (found.get((one, b), 0) - found.get((b, one), 0) for b in kept)
        return sum((lead > 0) - (lead < 0) for lead in leads)

    return tuple(sorted(kept, key=lambda one: (-ahead(one), -kept[one], one)))
