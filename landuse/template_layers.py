"""The layers and tables a new study file offers: the bureau's, and those of the open map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OSM = "osm.gpkg"


@dataclass(frozen=True, kw_only=True)
class BureauLayer:
    """A layer or table of the bureau: its file pattern and, by our name, the field it takes.

    A field with "?" is used where the file has it.
    """

    path: str
    fields: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    zh: str = ""
    en: str = ""


BUREAU: Mapping[str, BureauLayer] = {
    "towns": BureauLayer(
        path="towns.*",
        fields={"town_code": "XZQDM?", "town_name": "XZQMC"},
        zh="只有名称时，代码由行政村名录按名称补上；会整理成不重不漏的乡镇界",
        en="with names only, codes come from the village list; made into a clean partition",
    ),
    "zones": BureauLayer(path="zones.*", fields={"zone_name": "KFQMC", "zone_code": "KFQDM?"}),
    "parcels": BureauLayer(
        path="DLTB.*",
        more={"class_system": "SD3"},
        fields={
            "parcel_id": "BSM",
            "land_use": "DLBM",
            "owner_code": "QSXZ?",
            "village_code": "ZLDWDM?",
            "settlement_class": "CZCSXM?",
            "declared_area_m2": "TBMJ?",
        },
        zh="国土变更调查图斑；分类体系 SD3（三调）、GB21010、YDYH2023（用地用海），必须声明，不猜",
        en="land-survey polygons; class system SD3, GB21010 or YDYH2023: declared, never guessed",
    ),
    "villages": BureauLayer(
        path="villages.*", fields={"village_code": "ZLDWDM", "village_name": "ZLDWMC?"}
    ),
    "settlements": BureauLayer(
        path="settlements.*",
        fields={"settlement_name": "ZRCMC", "settlement_id": "ZRCDM?", "village_code": "XZCDM?"},
        zh="自然村点或面",
        en="points or polygons",
    ),
    "eco_redline": BureauLayer(path="eco_redline.*", zh="三区三线之一", en="a control line"),
    "prime_farmland": BureauLayer(path="prime_farmland.*", zh="三区三线之一", en="a control line"),
    "growth_boundary": BureauLayer(
        path="growth_boundary.*", zh="三区三线之一", en="a control line"
    ),
    "hazard": BureauLayer(path="hazard.*"),
    "heritage": BureauLayer(path="heritage.*"),
    "services": BureauLayer(
        path="services.*",
        fields={"service_kind": "LX?", "name": "MC?"},
        zh="学校、卫生室、公交站等点",
        en="schools, clinics, bus stops as points",
    ),
    "water_source": BureauLayer(path="water_source.*", fields={"level": "BHQJB?"}),
    "centres": BureauLayer(
        path="centres.*",
        fields={"town_code": "XZQDM?", "town_name": "XZQMC?"},
        zh="城镇中心点；没有时取各镇建筑最密处",
        en="points; without them, where the houses of a town stand densest",
    ),
    "ledger": BureauLayer(
        path="ledger.*",
        fields={
            "parcel_id": "DKBH",
            "area_ha": "GDMJ?",
            "far_min": "RJLXX?",
            "far_max": "RJLSX?",
            "contract_date": "HTQDRQ?",
            "delivery_date": "YDJDSJ?",
            "start_due_date": "YDKGSJ?",
            "finish_due_date": "YDJGSJ?",
            "start_date": "SJKGSJ?",
            "finish_date": "SJJGSJ?",
        },
        zh="DKBH 与地块编号一致；供地面积以公顷计",
        en="DKBH must equal the parcel id; the supplied area is in hectares",
    ),
    "enterprises": BureauLayer(
        path="enterprises.*",
        fields={
            "parcel_id": "BSM",
            "tax_10k_yuan": "税收_万元?",
            "tax_10k_yuan_per_mu": "亩均税收_万元每亩?",
            "emp_class": "MJDJ?",
            "year": "NF?",
        },
    ),
    "electricity": BureauLayer(
        path="electricity.*",
        fields={"parcel_id": "BSM", "electricity_kwh": "年用电量_千瓦时", "year": "NF?"},
    ),
    "register_population": BureauLayer(
        path="register_population.*",
        fields={
            "village_code": "XZCDM",
            "registered_population": "HJRK",
            "resident_population": "CZRK?",
            "households": "HS?",
            "year": "NF?",
        },
    ),
    "village_list": BureauLayer(
        path="village_list.*",
        fields={
            "village_code": "XZCDM",
            "village_name": "XZCMC?",
            "town_code": "XZDM?",
            "town_name": "XZMC?",
        },
    ),
    "census": BureauLayer(
        path="census.*",
        fields={
            "adcode": "XZQDM",
            "population": "ZRK",
            "rural_population": "XCRK?",
            "households": "JTHS?",
            "share_65_plus_pct": "LNRKBZ?",
            "year": "NF?",
        },
    ),
    "town_census": BureauLayer(
        path="town_census.*",
        fields={"town_code": "XZDM", "population": "ZRK", "year": "NF?"},
        zh="分乡镇常住人口（七普），用来校正人口格网",
        en="residents by town, to which the population grid is brought",
    ),
    "consent": BureauLayer(
        path="consent.*",
        fields={
            "settlement_id": "ZRCDM",
            "consent_share": "同意户占比",
            "surveyed_on": "调查日期?",
        },
        zh="搬迁意愿调查，占比 0–1；没有时方案只作为征询意愿的候选",
        en="0 to 1; without it a plan only lists whom to ask",
    ),
    "field_checks": BureauLayer(
        path="field_checks.*",
        more={"sheet": "现场核实"},
        fields={
            "parcel_id": "地块编号",
            "check_status": "核实状态",
            "checked_by": "核实人?",
            "checked_on": "核实日期?",
            "check_note": "备注?",
        },
        zh="landuse sample 导出、外业填好的表；核实状态随地块编号保留，不进入评分",
        en="the filled workbook of landuse sample; its status stays with the parcel, never a score",
    ),
    "previous_parcels": BureauLayer(
        path="previous_parcels.*",
        fields={"parcel_id": "parcel_id"},
        zh="上一次的 candidates.gpkg 图层 parcels 另存于此，地块编号即沿用",
        en="layer parcels of an earlier candidates.gpkg saved here keeps the ids of parcels",
    ),
    "previous_settlements": BureauLayer(
        path="previous_settlements.*", fields={"settlement_id": "settlement_id"}
    ),
}

OPEN_MAP: Mapping[str, BureauLayer] = {
    "roads": BureauLayer(path=OSM, more={"layer": "roads"}, fields={"road_class": "highway"}),
    "buildings": BureauLayer(
        path=OSM, more={"layer": "buildings"}, fields={"levels": "levels", "height_m": "height_m"}
    ),
    "water": BureauLayer(path=OSM, more={"layer": "water"}),
    "land_use_map": BureauLayer(
        path=OSM,
        more={"layer": "landuse"},
        fields={"land_use": "landuse"},
        zh="没有地籍图斑时由此划出地块",
        en="parcels are drawn from it where there is no cadastre",
    ),
}
