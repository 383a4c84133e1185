"""How the sample company's own files look: files, sheets, headers and words unlike the kit's."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

BOOK = "company-book.xlsx"

_STATUS = {"open": ("Open", "进行中"), "won": ("Won", "赢单"), "lost": ("Lost", "输单")}
_STAGE = {
    "lead": ("Lead", "线索"), "qualified": ("Qualified", "已确认"), "proposal": ("Proposal", "报价"),
    "won": ("Won", "赢单"), "lost": ("Lost", "输单"),
}  # fmt: skip
_ACTIVITY = {
    "visit": ("Site visit", "拜访"), "call": ("Phone call", "电话"),
    "quote": ("Quotation", "报价单"), "demo": ("Demonstration", "演示"),
}  # fmt: skip
_MEASURE = {
    "bookings": ("Bookings", "签约额"), "quantity": ("Quantity", "数量"),
    "margin": ("Margin", "毛利"), "new_customers": ("New customers", "新客户数"),
    "collections": ("Collections", "回款"),
}  # fmt: skip
_EVENT = {
    "policy": ("Policy", "政策"), "competitor": ("Competitor", "竞争"),
    "promotion": ("Promotion", "促销"), "internal": ("Internal", "内部"),
}  # fmt: skip
_ACTION = {"open": ("Open", "未完成"), "done": ("Done", "已完成"), "dropped": ("Dropped", "已取消")}
_SOURCE = {"manager": ("Manager", "上级"), "self": ("Self", "自评"), "customer": ("Customer", "客户")}


@dataclass(frozen=True)
class Layout:
    """How one table stands in the company's files.

    Parameters
    ----------
    file : str
    columns : mapping of str to pair of str
        Canonical column to its header in English and in Chinese.
    sheet, title : pair of str
        Sheet of the book in English and Chinese, and the title above the header; empty without.
    values : mapping
        Canonical column to the words that stand for its canonical values in both languages.
    scale : mapping of str to float
        Canonical column to the unit its numbers are written in.
    delimiter : str
    day : pair of str
        How days are written in English and Chinese files.
    """

    file: str
    columns: dict[str, tuple[str, str]]
    sheet: tuple[str, str] = ("", "")
    title: tuple[str, str] = ("", "")
    values: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    scale: dict[str, float] = field(default_factory=dict)
    delimiter: str = ","
    day: tuple[str, str] = ("%Y-%m-%d", "%Y/%m/%d")

    @property
    def header_row(self) -> int:
        """The row of the header, the first row being 1."""
        return 3 if self.title[0] else 1


_REP = ("Rep No", "销售编号")
_CUSTOMER = ("Customer No", "客户编号")
_ORDER = ("Order No", "订单号")
_ARTICLE = ("Article No", "物料号")
_REGION = ("Region", "区域")
_QUARTER = ("Quarter", "季度")
_DEAL = ("Deal No", "商机号")
_EXPECTED = ("Expected Close", "预计成交日")
_MAPPING = {
    "orders": Layout(
        "orders-*.csv",
        {
            "order_id": _ORDER, "line_no": ("Line", "行号"), "date": ("Order Date", "下单日期"),
            "rep_id": _REP, "customer_id": _CUSTOMER, "product_id": _ARTICLE,
            "channel": ("Channel", "渠道"), "region": _REGION, "quantity": ("Qty", "数量"),
            "list_amount": ("Unit List Price", "目录单价"), "amount": ("Net Value", "净额"),
            "cost": ("Cost of Goods", "成本"), "currency": ("Currency", "币种"),
        },
    ),
    "credits": Layout(
        "shared-orders.csv",
        {"order_id": _ORDER, "rep_id": _REP, "share": ("Share %", "分成百分比")},
        scale={"share": 0.01},
    ),
    "roster": Layout(
        BOOK,
        {
            "rep_id": _REP, "valid_from": ("From", "起始日"), "valid_to": ("To", "截止日"),
            "name": ("Name", "姓名"), "team": ("Team", "团队"), "region": _REGION,
            "manager_id": ("Reports To", "上级编号"), "level": ("Grade", "级别"),
            "hired_on": ("Hired", "入职日"), "capacity": ("FTE", "全职比例"),
        },
        sheet=("Roster", "花名册"), title=("Sales staff and territories", "销售人员与区域"),
    ),
    "targets": Layout(
        BOOK,
        {
            "scope": ("For", "对象"), "period": _QUARTER, "measure": ("What", "指标"),
            "version": ("Version", "版本"), "target": ("Target", "目标值"),
            "valid_from": ("Decided On", "决定日"), "reason": ("Reason", "理由"),
            "author": ("Decided By", "决定人"),
        },
        sheet=("Targets", "目标"), title=("Targets by quarter", "季度目标"),
        values={"measure": _MEASURE},
    ),
    "opportunities": Layout(
        "opportunities.csv",
        {
            "opportunity_id": _DEAL, "rep_id": _REP, "customer_id": _CUSTOMER,
            "product_id": _ARTICLE, "source": ("Lead Source", "线索来源"),
            "created_on": ("Created", "创建日"), "expected_close_on": _EXPECTED,
            "closed_on": ("Closed", "关闭日"), "stage": ("Stage", "阶段"),
            "status": ("Status", "状态"), "amount": ("Deal Value", "商机金额"),
            "loss_reason": ("Loss Reason", "输单原因"),
        },
        values={"status": _STATUS, "stage": _STAGE},
    ),
    "stage_events": Layout(
        "stage-history.csv",
        {
            "opportunity_id": _DEAL, "entered_on": ("Entered", "进入日"), "stage": ("Stage", "阶段"),
            "amount": ("Deal Value", "商机金额"), "expected_close_on": _EXPECTED,
        },
        values={"stage": _STAGE},
    ),
    "activities": Layout(
        "activities.csv",
        {
            "date": ("Day", "日期"), "rep_id": _REP, "kind": ("Activity", "活动"),
            "count": ("Times", "次数"),
        },
        values={"kind": _ACTIVITY},
    ),
    "receipts": Layout(
        "receipts.csv",
        {
            "invoice_id": ("Invoice No", "发票号"), "received_on": ("Paid On", "到账日"),
            "order_id": _ORDER, "customer_id": _CUSTOMER, "rep_id": _REP,
            "invoiced_on": ("Invoice Date", "开票日"), "due_on": ("Due Date", "到期日"),
            "amount": ("Amount", "金额"),
        },
        delimiter=";", day=("%d.%m.%Y", "%Y/%m/%d"),
    ),
    "customers": Layout(
        BOOK,
        {
            "customer_id": _CUSTOMER, "name": ("Customer", "客户名称"), "class": ("ABC", "等级"),
            "segment": ("Segment", "客户类型"), "industry": ("Industry", "行业"),
            "since": ("Since", "首次合作"),
        },
        sheet=("Customers", "客户"),
    ),
    "products": Layout(
        BOOK,
        {
            "product_id": _ARTICLE, "article": ("Article Group", "物料组"),
            "name": ("Description", "名称"), "line": ("Product Line", "产品线"),
            "list_price": ("List Price", "目录价"), "unit_cost": ("Standard Cost", "标准成本"),
        },
        sheet=("Products", "产品"), title=("Price list", "价目表"),
    ),
    "market": Layout(
        BOOK,
        {
            "period": _QUARTER, "region": _REGION, "line": ("Product Line", "产品线"),
            "market_size": ("Market, million", "市场规模（百万）"),
            "own_share": ("Our Share %", "我方份额%"),
            "competitor_share": ("Largest Rival %", "最大对手份额%"),
        },
        sheet=("Market", "市场"), title=("Market survey", "市场调查"),
        scale={"market_size": 1_000_000.0, "own_share": 0.01, "competitor_share": 0.01},
    ),
    "expenses": Layout(
        BOOK,
        {
            "date": ("Month", "月份"), "region": _REGION, "kind": ("Cost Type", "费用类型"),
            "amount": ("Spent", "实际"), "budget": ("Budget", "预算"),
        },
        sheet=("Expenses", "费用"),
    ),
    "assessments": Layout(
        BOOK,
        {
            "rep_id": _REP, "period": _QUARTER, "dimension": ("Skill", "能力"),
            "score": ("Score", "评分"), "source": ("Scored By", "评分人"),
        },
        sheet=("Assessments", "评估"), values={"source": _SOURCE},
    ),
    "events": Layout(
        BOOK,
        {
            "date": ("Day", "日期"), "label": ("What Happened", "事件"), "kind": ("Kind", "类别"),
            "region": _REGION,
        },
        sheet=("Events", "事件"), values={"kind": _EVENT},
    ),
    "actions": Layout(
        BOOK,
        {
            "action_id": ("No", "编号"), "scope": ("For", "对象"), "period": _QUARTER,
            "cause": ("Against", "原因"), "action": ("Action", "措施"), "owner": ("Owner", "负责人"),
            "due_on": ("Due", "截止日"), "status": ("State", "状态"),
            "expected_effect": ("Expected Gain", "预期效果"),
            "measured_effect": ("Measured Gain", "实际效果"),
            "recorded_on": ("Recorded", "登记日"), "started_on": ("Begun", "开始日"),
            "measure": ("Measured By", "衡量指标"), "reason": ("Why", "说明"),
        },
        sheet=("Actions", "行动"), title=("Actions from the reviews", "复盘行动"),
        values={"status": _ACTION},
    ),
}  # fmt: skip

LAYOUTS = MappingProxyType(_MAPPING)
LANGUAGES = ("en", "zh")


def place(language: str) -> int:
    """Where a language stands in the pairs of this module."""
    return LANGUAGES.index(language)
