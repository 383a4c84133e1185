"""The words of the sample company in English and Chinese: the figures are the same in both."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Vocabulary:
    """Names the sample company uses, in one language.

    The order of every tuple is the same in both languages, so the same number means the same thing.
    """

    company: str
    regions: tuple[str, str, str, str]
    lines: tuple[str, str, str, str]
    channels: tuple[str, str, str]
    segments: tuple[str, str, str, str]
    industries: tuple[str, str, str, str]
    levels: tuple[str, str, str, str]
    sources: tuple[str, str, str, str]
    loss_reasons: tuple[str, str, str, str, str]
    expense_kinds: tuple[str, str, str, str]
    dimensions: tuple[str, str, str, str, str]
    people: tuple[str, ...]
    hires: tuple[str, str, str]
    brands: tuple[str, ...]
    kinds_of_customer: tuple[str, ...]
    traders: tuple[str, str, str, str]
    articles: tuple[tuple[str, ...], ...]
    planner: str
    target_reasons: tuple[str, str]
    events: tuple[str, ...]
    actions: tuple[tuple[str, str], ...]
    action_reasons: tuple[str, str]  # why one was dropped, and why one is closed
    joiner: str


_ENGLISH = Vocabulary(
    company="Northlight Instruments (sample)",
    regions=("East", "South", "West", "North"),
    lines=(
        "Instruments standard", "Instruments high-end",
        "Consumables standard", "Consumables high-end",
    ),
    channels=("direct", "distributor", "online"),
    segments=("hospital", "research", "industry", "trade"),
    industries=("health", "education", "life science", "food and environment"),
    levels=("lead", "senior", "rep", "junior"),
    sources=("referral", "trade fair", "website", "cold call"),
    loss_reasons=("price", "competitor product", "no budget", "no need", "delivery time"),
    expense_kinds=("travel", "marketing", "training", "hospitality"),
    dimensions=(
        "product knowledge", "negotiation", "customer relations", "planning", "CRM discipline",
    ),
    people=(
        "Amy Zhao", "Brian Qian", "Clara Sun", "David Li", "Emma Zhou", "Frank Wu", "Grace Zheng",
        "Henry Wang", "Iris Feng", "Jack Chen", "Kate Chu", "Leo Wei", "Mia Jiang", "Noah Shen",
        "Olivia Han", "Peter Yang", "Queenie Zhu", "Robert Qin", "Stella You", "Tony Xu",
        "Una He", "Victor Lv", "Wendy Shi", "Xavier Zhang", "Yvonne Kong", "Zack Cao",
        "Bella Yan", "Colin Hua",
    ),
    hires=("Daniel Gao", "Helen Ma", "Ryan Luo"),
    brands=(
        "Clearwater", "Redpine", "Bluepeak", "Goldleaf", "Silverbay", "Greenfield", "Skybridge",
        "Jadehill", "Sunharbor", "Moonlake", "Starford", "Cloudgate", "Pearlsea", "Ironwood",
        "Whitecrane", "Longriver", "Brightstone", "Oldtown", "Newport", "Fairview", "Westwind",
        "Highland", "Lotuspond", "Bamboogrove", "Plumgarden", "Orchidvale", "Cedarpark",
        "Amberfort", "Coralbeach", "Mapleridge", "Riverbend", "Stonegate", "Windmill", "Dawnlight",
        "Everspring", "Firstlight",
    ),
    kinds_of_customer=(
        "Hospital", "Clinic", "University", "Institute", "Pharma", "Biotech", "Foods", "Testing",
    ),
    traders=("Trading", "Supply", "Partners", "Distribution"),
    articles=(
        ("Balance B20", "Centrifuge C4", "Incubator N60", "pH meter H3", "Photometer F7",
         "Microscope M10", "Shaker K2", "Drying oven D80", "Dosing pump U5", "Thermostat T12"),
        ("Chromatograph L9", "Mass detector Q1", "Cell sorter S3", "Sequencer G2",
         "Confocal microscope Z5", "Freeze dryer V6", "Bioreactor R30", "Spectrometer E8",
         "Pipetting robot A1", "Imaging station I4"),
        ("Pipette tips", "Sample tubes", "Nitrile gloves", "Syringe filters", "Petri dishes",
         "Glass slides", "Culture flasks", "Storage vials", "Sterile swabs", "Lab wipes"),
        ("Antibody set", "PCR kit", "ELISA kit", "Capture beads", "Growth medium",
         "Separation column", "Reference standard", "Gel cassette", "Enzyme mix", "Sensor chip"),
    ),
    planner="Sales planning",
    target_reasons=("last year's quarter and growth", "relief for the lost key account"),
    events=(
        "new CRM system", "green purchasing rules", "spring trade fair", "autumn trade fair",
        "two newcomers in the north", "distributor terms extended", "territories redrawn",
        "key account leaves", "competitor launch", "summer discount campaign",
    ),
    actions=(
        ("slow quotes", "Call back every quote older than 30 days"),
        ("few visits", "Two more visits a week to class A customers"),
        ("late payments", "Reminder a week before distributors' invoices fall due"),
        ("list price not held", "Discounts above 15 percent need the lead's consent"),
        ("one large customer", "Build second contacts at every class A customer"),
        ("few visits", "Ride along with the best rep twice a month"),
        ("quotes lost to a competitor", "Train the offer against the new competitor"),
        ("list price not held", "End the summer discounts on the standard lines"),
        ("lost key account", "Win three class B customers up to class A"),
        ("best practice", "Copy the best rep's visit plan to both teams"),
    ),
    action_reasons=("the key account left before it began", "done as agreed in the review"),
    joiner=" ",
)  # fmt: skip

_CHINESE = Vocabulary(
    company="北辰仪器（示例）",
    regions=("华东", "华南", "华西", "华北"),
    lines=("标准仪器", "高端仪器", "标准耗材", "高端耗材"),
    channels=("直销", "经销", "线上"),
    segments=("医院", "科研", "工业", "贸易"),
    industries=("医疗", "教育", "生命科学", "食品与环境"),
    levels=("主管", "资深", "销售", "初级"),
    sources=("转介绍", "展会", "官网", "陌生拜访"),
    loss_reasons=("价格", "竞品更优", "无预算", "无需求", "交期"),
    expense_kinds=("差旅", "市场", "培训", "招待"),
    dimensions=("产品知识", "谈判", "客户关系", "计划", "系统填报"),
    people=(
        "赵安宁", "钱柏林", "孙彩云", "李东升", "周恩惠", "吴凡", "郑歌", "王浩宇", "冯以晴", "陈建国",
        "褚可心", "卫立群", "蒋梦瑶", "沈南", "韩欧阳", "杨鹏", "朱倩", "秦睿", "尤思雨", "许天佑",
        "何婉", "吕望", "施文静", "张晓峰", "孔月", "曹子墨", "严碧君", "华承志",
    ),
    hires=("高远航", "马思源", "罗嘉禾"),
    brands=(
        "清源", "红松", "蓝峰", "金叶", "银湾", "绿野", "天桥", "玉山", "阳港", "月湖", "星渡", "云门",
        "珠海湾", "铁木", "白鹤", "长河", "明石", "古城", "新港", "佳景", "西风", "高原", "荷塘", "竹林",
        "梅园", "兰谷", "雪松", "琥珀", "珊瑚", "枫岭", "河曲", "石门", "风车", "晨光", "永春", "初晓",
    ),
    kinds_of_customer=("医院", "诊所", "大学", "研究院", "制药", "生物", "食品", "检测"),
    traders=("贸易", "供应链", "商行", "经销"),
    articles=(
        ("天平B20", "离心机C4", "培养箱N60", "酸度计H3", "光度计F7", "显微镜M10", "摇床K2", "烘箱D80",
         "计量泵U5", "恒温器T12"),
        ("色谱仪L9", "质谱检测器Q1", "细胞分选仪S3", "测序仪G2", "共聚焦显微镜Z5", "冻干机V6",
         "生物反应器R30", "光谱仪E8", "移液机器人A1", "成像站I4"),
        ("移液吸头", "样品管", "丁腈手套", "针头滤器", "培养皿", "载玻片", "培养瓶", "储存瓶", "无菌拭子",
         "无尘纸"),
        ("抗体套装", "扩增试剂盒", "酶联试剂盒", "捕获磁珠", "生长培养基", "分离柱", "标准品", "凝胶盒",
         "酶混合液", "传感芯片"),
    ),
    planner="销售计划部",
    target_reasons=("去年同季加增长", "大客户流失减免"),
    events=(
        "新客户管理系统上线", "绿色采购新规", "春季展会", "秋季展会", "华北新入职两人", "经销商账期延长",
        "区域重新划分", "大客户流失", "竞品上市", "夏季折扣活动",
    ),
    actions=(
        ("报价跟进慢", "回访所有超过30天的报价"),
        ("拜访少", "A类客户每周多拜访两次"),
        ("回款慢", "经销商账单到期前一周提醒"),
        ("价格守不住", "折扣超过15%须主管批准"),
        ("依赖大客户", "每个A类客户建立第二联系人"),
        ("拜访少", "每月两次随访最佳销售"),
        ("报价输给竞品", "培训应对新竞品的方案"),
        ("价格守不住", "停止标准产品的夏季折扣"),
        ("大客户流失", "把三个B类客户培养为A类"),
        ("最佳做法", "把最佳销售的拜访计划推广到两个团队"),
    ),
    action_reasons=("尚未开始，大客户已流失", "已按复盘约定完成"),
    joiner="",
)  # fmt: skip

VOCABULARIES = MappingProxyType({"en": _ENGLISH, "zh": _CHINESE})


def vocabulary(language: str) -> Vocabulary:
    """The words for `en` or `zh`.

    Raises
    ------
    ValueError
        For any other language.

    Examples
    --------
    >>> vocabulary("zh").regions[0]
    '华东'
    """
    if language not in VOCABULARIES:
        raise ValueError(f"language '{language}': known are {', '.join(VOCABULARIES)}")
    return VOCABULARIES[language]
