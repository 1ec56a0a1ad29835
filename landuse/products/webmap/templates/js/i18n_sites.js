// The words of sites for better use: suspected, to be checked by people first.
Object.assign(WORDS.zh, {
  no_sites: "本次没有退低进高地块", o_sum: "入选地块", o_sum_alt: "备选方案", o_sum_out: "未入选", o_sum_area: "面积", o_sum_first: "其中 Ⅰ 级", o_unit: "处",
  o_use: "用途", o_show: "显示", o_chosen: "入选", o_all: "全部备选", o_refused: "未入选", o_holder: "搜索地块编号",
  o_caution: "由公开数据推断的机会线索；权属、管控线、用途须先人工核实，不是处置决定。", o_list: "退低进高地块列表",
  o_col_rank: "位次", o_col_site: "地块", o_col_ops: "机会分", o_col_area: "亩", o_shown: "显示 {n} / {all} 处", o_shown_why: "每宗地在入选中只计一次，面积可以相加", o_shown_alt: "{n} / {all} 个方案，不可相加", o_shown_alt_why: "方案相互重叠，面积不可相加", o_shown_out: "未入选 {n} 条", o_none: "没有符合条件的地块",
  o_note: "须人工核实后方可处置；由公开数据推断", o_opportunity: "机会线索", o_plots: "{n} 宗", o_plot: "{n} 宗", o_reasons: "原因一览", o_said: "显示 {n} 处",
  o_ops: "机会分", o_area: "面积", o_rect: "最大内接矩形", o_owners: "权利人", o_uses: "适合用途（排序）", o_fit: "适合度", o_advice: "处置建议", o_basis: "依据：{v}", o_first: "首先核实", o_facts: "条件",
  o_growth: "开发边界内", o_slope: "坡度", o_road: "距主要道路", o_ramp: "距高速匝道", o_zone: "距开发区", o_width: "最宽处（内切圆）", o_earth: "土方代理", o_homes: "距住宅或水源", o_rsi: "复垦适宜性", o_merge: "全组可整合", o_unknown: "无数据",
  o_overlaps: "同组重叠方案", o_overlaps_note: "任选其一，不可同时计入", o_members: "所含地块", o_vetoed: "不入选", o_why: "未入选及原因", o_why_sub: "每条写明规则、图层、数值与门槛", o_rule: "规则", o_count: "条",
  g_sites: "退低进高地块", o_alternative: "重叠的备选方案", o_refused_key: "未入选", o_rect_key: "最大内接矩形（选中时）", o_grade: "机会等级",
  csv_o: ["地块组编号", "入选", "乡镇", "宗数", "所含地块", "面积（亩）", "机会分", "等级", "首选用途", "处置建议", "依据", "首先核实", "未核对", "证据"]
});
Object.assign(WORDS.en, {
  no_sites: "No site for better use in this run", o_sum: "Chosen sites", o_sum_alt: "Alternatives", o_sum_out: "Refused", o_sum_area: "Area", o_sum_first: "of grade Ⅰ", o_unit: "",
  o_use: "Use", o_show: "Show", o_chosen: "Chosen", o_all: "All ways", o_refused: "Refused", o_holder: "Site or parcel id",
  o_caution: "Leads inferred from open data. Rights, control lines and use must be checked by people first; no decision.", o_list: "List of sites for better use",
  o_col_rank: "Rank", o_col_site: "Site", o_col_ops: "Score", o_col_area: "mu", o_shown: "{n} of {all} shown", o_shown_why: "No plot counts twice among the chosen: areas add up", o_shown_alt: "{n} of {all}, not to be added", o_shown_alt_why: "These ways to cut the land overlap: areas do not add up", o_shown_out: "{n} refused", o_none: "No site matches",
  o_note: "To be checked by people first; inferred from open data", o_opportunity: "Lead", o_plots: "{n} plots", o_plot: "{n} plot", o_reasons: "Reasons", o_said: "{n} sites shown",
  o_ops: "Score", o_area: "Area", o_rect: "Rectangle", o_owners: "Owners", o_uses: "Uses that fit, in order", o_fit: "fit", o_advice: "Advice", o_basis: "Basis: {v}", o_first: "Check first", o_facts: "Conditions",
  o_growth: "In growth boundary", o_slope: "Slope", o_road: "To arterial road", o_ramp: "To motorway ramp", o_zone: "To a zone", o_width: "Widest (circle)", o_earth: "Earthwork proxy", o_homes: "To homes or water source", o_rsi: "Reclaim suitability", o_merge: "Whole group", o_unknown: "no data",
  o_overlaps: "Other ways in this group", o_overlaps_note: "one of them, never two", o_members: "Plots", o_vetoed: "Refused", o_why: "Refused, and why", o_why_sub: "Each with rule, layer, number and limit", o_rule: "Rule", o_count: "",
  g_sites: "Sites for better use", o_alternative: "Overlapping alternative", o_refused_key: "Refused", o_rect_key: "Largest rectangle (of the one selected)", o_grade: "Grade",
  csv_o: ["site_id", "chosen", "town", "plots", "members", "area_mu", "ops", "grade", "best_use", "advice", "basis", "check_first", "not_checked", "evidence"]
});
