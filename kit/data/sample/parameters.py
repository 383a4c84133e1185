"""The company.yml that maps the sample company's files onto the canonical tables."""

from __future__ import annotations

import yaml

from kit.data.sample.layout import BOOK, LAYOUTS, Layout, place
from kit.data.sample.truths import LAST_DAY
from kit.data.sample.vocabulary import vocabulary
from kit.data.tables import TABLES

ENCODINGS = {"en": "utf-8", "zh": "gb18030"}

_TEXTS = {
    "en": {
        "head": "The sample company: an invented maker of laboratory instruments.\n"
        "`kit sample DIR` writes its files; this file says how they map onto the kit's tables.",
        "calendar": "quarters of the calendar year, working days of China",
        "gate": "no order may lie after the day the files were made",
        "targets": "how the next target is proposed",
        "incentives": "what reps and leads are paid each quarter, beside their salary, and what people cost",
        "plans": ("field", "leads"),
        "parts": ("own", "team", "ranking", "progress"),
        "sources": "canonical column: the header in the company's own file",
        "period": "What holds for this quarter only.",
        "objective": "Hold the market share in the standard lines",
        "peak": "Grow with class A customers at held prices",
        "conservative": "Conservative",
        "conservative_note": "Half of the usual growth, a larger reserve, parts as they were.",
        "base": "Base",
        "base_note": "As the parameters of the period say, with half a point less in reserve.",
        "stretch": "Stretch",
        "stretch_note": "A strong year with two more people, handed out whole to equal chances.",
    },
    "zh": {
        "head": "示例公司：一家虚构的实验室仪器厂商。\n`kit sample DIR --language zh` 生成其文件；"
        "本文件说明这些文件如何对应到标准表。",
        "calendar": "自然年季度，中国工作日",
        "gate": "订单日期不得晚于文件生成日",
        "targets": "如何建议下期目标",
        "incentives": "销售与主管每季度在固定工资之外的应得奖金，以及每人天、每岗每季度的成本",
        "plans": ("一线", "主管"),
        "parts": ("个人", "团队", "排名", "进步"),
        "sources": "标准列：公司文件中的表头",
        "period": "仅适用于本季度。",
        "objective": "守住标准产品线的市场份额",
        "peak": "守住价格，与A类客户一起增长",
        "conservative": "保守",
        "conservative_note": "增速减半，多留预留，分解以历史业绩为主。",
        "base": "基准",
        "base_note": "沿用本期参数，预留减少半个百分点。",
        "stretch": "冲刺",
        "stretch_note": "增员两人冲高目标，全部下发，各单元达标概率相当。",
    },
}


def company_yml(language: str = "en", *, data_dir: str = ".") -> str:
    """The sample company's company.yml as text.

    Parameters
    ----------
    language : str
        `en` or `zh`: the language of the files and of the packets.
    data_dir : str
        Folder of the files, as `kit.parameters.root_of` takes it.

    Examples
    --------
    >>> print(company_yml().splitlines()[3])
    company: sample
    """
    texts = _TEXTS[language]
    words = vocabulary(language)
    head = {
        "company": "sample" if language == "en" else f"sample-{language}",
        "name": words.company,
        "currency": "CNY",
        "language": language,
        "data_dir": data_dir,
    }
    sections = [
        ("", head),
        (texts["calendar"], {"calendar": {"start_month": 1, "country": "CN"}}),
        (texts["gate"], {"gate": {"max_loss": 0.02, "latest": LAST_DAY}}),
        (texts["targets"], {"targets": {"method": "growth", "growth": 0.06, "reserve": 0.02}}),
        (texts["incentives"], {"review": {"incentives": {"plans": incentive_plans(language)},
                                          "next": {"day_cost": 1200, "post_cost": 90000}}}),
        (texts["sources"], {"sources": {name: source(name, language) for name in TABLES}}),
    ]
    lines = [f"# {line}" for line in texts["head"].splitlines()]
    for comment, section in sections:
        lines += ["", f"# {comment}"] if comment else [""]
        lines.append(_yaml(section))
    return "\n".join(lines) + "\n"


def incentive_plans(language: str = "en") -> dict[str, dict]:
    """The incentive plans of the sample company, as company.yml says them.

    Examples
    --------
    >>> list(incentive_plans())
    ['field', 'leads']
    """
    lead, senior, rep, junior = vocabulary(language).levels
    field, leads = _TEXTS[language]["plans"]
    own, team, ranking, progress = _TEXTS[language]["parts"]
    tiers = [_OneLine(at=at, multiple=pays) for at, pays in ((0, 0.8), (0.8, 1.8), (1, 2.2))]
    clawback = _OneLine(returns="then", unpaid_after=60)
    return {
        field: {
            "levels": _Row([senior, rep, junior]),
            "since": "2025-01-01",
            "target_pay": 30000,
            "target_pay_by_level": _OneLine({senior: 36000, junior: 20000}),
            "components": {
                own: {
                    "weight": 0.7, "threshold": 0.5, "cap": 2, "held_until_paid": 0.2,
                    "tiers": tiers,
                },
                team: _OneLine(kind="team", weight=0.3),
                ranking: _OneLine(kind="prize", prizes=[6000, 3000], min_attainment=1),
                progress: _OneLine(kind="progress", prizes=[3000], min_attainment=0.9),
            },
            "clawback": clawback,
            "guarantee": _Row([1, 0.75, 0.5]),
        },
        leads: {
            "levels": _Row([lead]),
            "since": "2025-01-01",
            "target_pay": 45000,
            "components": {
                own: {"weight": 0.4, "tiers": [_OneLine(one) for one in tiers]},
                team: _OneLine(kind="team", weight=0.6),
            },
            "clawback": _OneLine(clawback),
        },
    }  # fmt: skip


def period_ymls(language: str = "en") -> dict[str, str]:
    """The parameters of single quarters as text, by name of the quarter."""
    texts = _TEXTS[language]
    found = {
        "2025Q3": {"targets": {"growth": 0.07, "objective": texts["objective"]}},
        "2025Q4": {"targets": {"growth": 0.06, "objective": texts["peak"]}},
    }
    return {name: f"# {texts['period']}\n{_yaml(one)}\n" for name, one in found.items()}


def scenario_ymls(language: str = "en") -> dict[str, str]:
    """The scenarios of the sample company as text, by name of the file.

    Examples
    --------
    >>> list(scenario_ymls())
    ['conservative', 'base', 'stretch']
    """
    texts, team = _TEXTS[language], f"{vocabulary(language).regions[-1]}-1"
    targets = {
        "conservative": {
            "growth": 0.03, "reserve": 0.04, "blend": {"history": 0.8, "capacity": 0.2},
        },
        "base": {"reserve": 0.015},
        "stretch": {
            "growth": 0.1, "reserve": 0.0, "split": "equal_chance",
            "hires": [_OneLine(team=team, on="2025-07-01", posts=2)],
        },
    }  # fmt: skip
    return {
        name: _yaml({"title": texts[name], "note": texts[f"{name}_note"], "targets": one}) + "\n"
        for name, one in targets.items()
    }


def source(table: str, language: str) -> dict:
    """Where one canonical table comes from, as company.yml says it."""
    layout = LAYOUTS[table]
    number = place(language)
    found: dict = {"file": layout.file}
    if layout.file == BOOK:
        found["sheet"] = layout.sheet[number]
        if layout.header_row > 1:
            found["header_row"] = layout.header_row
    else:
        found["delimiter"] = layout.delimiter
        found["encoding"] = ENCODINGS[language]
    found["columns"] = {name: _column(table, name, layout, number) for name in layout.columns}
    return found


def _column(table: str, name: str, layout: Layout, number: int) -> str | dict:
    header = layout.columns[name][number]
    if (table, name) == ("orders", "list_amount"):
        return _OneLine(compute=[layout.columns["quantity"][number], "*", header])
    more: dict = {}
    if name in layout.values:
        words = layout.values[name]
        more["values"] = {pair[number]: canonical for canonical, pair in words.items()}
    if name in layout.scale:
        more["scale"] = layout.scale[name]
    if layout.file != BOOK and TABLES[table].column(name).type == "date":
        written = layout.day[number]
        more |= {"format": written} if written != "%Y-%m-%d" else {}
    return _OneLine(column=header, **more) if more else header


class _OneLine(dict):
    """A mapping that is written on one line."""


class _Row(list):
    """A list that is written on one line."""


class _Writer(yaml.SafeDumper):
    """Writes `_OneLine` and `_Row` on one line and everything else as a block."""


_Writer.add_representer(
    _OneLine,
    lambda writer, found: writer.represent_mapping("tag:yaml.org,2002:map", found, flow_style=True),
)
_Writer.add_representer(
    _Row,
    lambda writer, found: writer.represent_sequence(
        "tag:yaml.org,2002:seq", found, flow_style=True
    ),
)


def _yaml(section: dict) -> str:
    return yaml.dump(
        section, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=200
    ).rstrip()
