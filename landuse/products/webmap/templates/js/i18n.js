// The words of the page. Data carry their own Chinese and English.
const WORDS = {
  zh: {
    skip_list: "跳到列表", skip_map: "跳到地图",
    tab_idle: "存量低效", tab_villages: "村庄整合", tab_upgrade: "退低进高", tab_balance: "整治平衡", later: "后续版本",
    fold: "列表", copy: "复制链接", copied: "已复制", print: "打印", stamp: "内部工作用图", sheet: "调整列表高度", sheet_filter: "筛选",
    suspected: "疑似", note: "由公开数据推断，非法定认定", note_circles: "由公开数据推断，非法定认定；圆面积表示亩数",
    sum_parcels: "疑似地块", sum_area: "面积", sum_in: "其中区内", unit_parcels: "宗", mu: "亩",
    search_holder: "搜索地块编号、乡镇或村庄", search_none: "没有匹配的地块、乡镇或村庄", search_town: "乡镇 {n} 宗",
    grade: "等级", where: "范围", all: "全部", inside: "区内", outside: "区外", town: "乡镇", all_towns: "全部 {n} 个乡镇（街道）", no_town: "（无乡镇名）",
    col_rank: "位次", col_parcel: "地块", col_score: "得分", col_interval: "位次区间",
    cov: "证据 {v}", list_label: "疑似地块列表", shown: "显示 {n} / {all} 宗", said: "显示 {n} 宗，{mu} 亩",
    empty: "没有符合条件的地块", nothing: "没有可评价的地块", clear: "清除筛选", near: "同一范围另有：{what}", near_item: "{name} {n} 宗", near_none: "同一范围内也没有其他等级的地块",
    doubt: "证据不足，不评级", doubt_chip: "证据不足", veto: "否决（见原因）", veto_chip: "否决", other: "其他地块", not_listed: "未列入", not_listed_tile: "未列",
    legend: "图例与图层", legend_short: "图例", g_parcels: "疑似地块", g_other: "不评级与其他", g_frame: "范围", g_control: "管控线", g_ground: "底图", not_loaded: "未导入",
    zones: "开发区范围", in_zone_key: "区内地块", out_zone_key: "区外地块", towns: "乡镇界", county: "评价范围", hillshade: "山体阴影", water: "水域", roads: "道路", buildings: "建筑", tiles: "网络底图", from_zoom: "放大后显示",
    unchecked: "未核对：{what}", run: "方案 {v}", release: "内部工作用图，不公开；无审图号", licences: "许可与来源", data: "数据",
    scale_m: "{v} 米", scale_km: "{v} 公里", home: "全部范围", zoom_in: "放大", zoom_out: "缩小", close: "关闭",
    idle: "疑似闲置", les: "疑似低效", kind_none: "未列入疑似清单", in_zone: "区内", out_zone: "区外", in_zone_row: "区内", out_zone_row: "区外", in_zone_name: "区内（{v}）",
    score: "得分", rank: "位次", coverage: "证据覆盖", area: "面积", of_score: "/100",
    evidence: "逐项证据", evidence_sum: "加粗为指向{kind}的项 · 合计 {v}", evidence_open: "尚不足以评分",
    th_criterion: "指标", th_value: "值", th_limit: "门槛", th_year: "年份", th_mark: "依据", th_adds: "贡献",
    other_score: "另一得分：{name} {v}", families: "一致的独立证据 {a} / 可用 {b} 类", suggestion: "建议先核：{v}",
    robust: "稳健性", robust_none: "本次未计算稳健性",
    checks: "否决项核对", checks_sum: "{a} 项通过 · {b} 项未核对", check_unknown: "未核对", check_ok: "通过", check_hit: "超限",
    no_reason: "无数据", verify: "核实状态",
    why_veto: "已否决，不评分、不参加排序", why_doubt: "证据不足，不评级、不参加排序",
    why_rules: "否决规则", why_hit: "命中 {a} / {b}", th_rule: "规则", th_layer: "图层", th_share: "实测", th_max: "上限", why_missing: "未导入，未核对",
    why_area: "各规则剔除面积", why_area_unit: "全部范围，亩", why_change: "怎样改变这一结论",
    change_veto: "导入更新的图层，或在研究文件中修改上限后重新运行。规则优先于得分，调整权重不会改变此结论。",
    change_doubt: "补充下表所缺的数据后重新运行。", hectares: "{v} 公顷",
    about_sources: "来源与许可", about_absent: "本次缺少的输入及其影响", about_run: "本次运行", result_date: "结果日期 {v}", about_counts: "清单怎样计数", about_keys: "键盘", keys_help: "Enter 打开，Esc 关闭，↑↓ 移动，N / Shift+N 依位次逐块查看，L 图例，0 全部范围，Alt+L 语言",
    m_V: "V 已核原文", "m_V-weak": "V-weak 转引待核", m_M: "M 记忆待核", m_P: "P 本方案建议",
    broken: "地图数据无法读取，文件可能不完整：{v}", broken_start: "地图未能显示：{v}",
    csv_id: "地块编号", csv_town: "乡镇", csv_kind: "判定", csv_grade: "等级", csv_rank: "位次", csv_score: "得分", csv_coverage: "证据覆盖（%）", csv_area: "面积（亩）", csv_in: "区内", csv_zone: "开发区", csv_use: "地类", csv_evidence: "证据", csv_veto: "否决原因", csv_lon: "经度", csv_lat: "纬度", yes: "是", no: "否"
  },
  en: {
    skip_list: "Skip to list", skip_map: "Skip to map",
    tab_idle: "Idle & low-use", tab_villages: "Villages", tab_upgrade: "Upgrade", tab_balance: "Balance", later: "In a later version",
    fold: "List", copy: "Copy link", copied: "Copied", print: "Print", stamp: "INTERNAL USE", sheet: "Change list height", sheet_filter: "Filter",
    suspected: "Suspected", note: "Inferred from open data; not a legal finding", note_circles: "Inferred from open data; not a legal finding. Circle area = mu",
    sum_parcels: "Parcels", sum_area: "Area", sum_in: "In zones", unit_parcels: "", mu: "mu",
    search_holder: "Parcel id, town, village", search_none: "No parcel, town or village matches", search_town: "town, {n} parcels",
    grade: "Grade", where: "Where", all: "All", inside: "In zone", outside: "Outside", town: "Town", all_towns: "All {n} towns", no_town: "(no town name)",
    col_rank: "Rank", col_parcel: "Parcel", col_score: "Score", col_interval: "P10–P90",
    cov: "cov. {v}", list_label: "List of suspected parcels", shown: "{n} of {all} shown", said: "{n} parcels shown, {mu} mu",
    empty: "No parcels match", nothing: "Nothing to assess", clear: "Clear filters", near: "Same place also holds: {what}", near_item: "{name} {n}", near_none: "No parcel of another grade in the same place",
    doubt: "Not graded: evidence", doubt_chip: "Ungraded", veto: "Vetoed (see reason)", veto_chip: "Vetoed", other: "Other lots", not_listed: "Not listed", not_listed_tile: "—",
    legend: "Legend and layers", legend_short: "Legend", g_parcels: "Suspected parcels", g_other: "Ungraded and other", g_frame: "Frame", g_control: "Control lines", g_ground: "Ground", not_loaded: "Not loaded",
    zones: "Development zone", in_zone_key: "Parcel in a zone", out_zone_key: "Parcel outside", towns: "Town boundary", county: "Study area", hillshade: "Hillshade", water: "Water", roads: "Roads", buildings: "Buildings", tiles: "Web tiles", from_zoom: "shown when closer",
    unchecked: "Not checked: {what}", run: "Run {v}", release: "Internal; not for release; no map approval no.", licences: "Licences", data: "Data",
    scale_m: "{v} m", scale_km: "{v} km", home: "Whole area", zoom_in: "Zoom in", zoom_out: "Zoom out", close: "Close",
    idle: "Suspected idle", les: "Suspected low use", kind_none: "Not on the list of suspects", in_zone: "In zone", out_zone: "Outside", in_zone_row: "In", out_zone_row: "Out", in_zone_name: "In zone ({v})",
    score: "Score", rank: "Rank", coverage: "Coverage", area: "Area", of_score: "/100",
    evidence: "Evidence by criterion", evidence_sum: "Bold points to {kind} · sum {v}", evidence_open: "not enough for a score",
    th_criterion: "Criterion", th_value: "Value", th_limit: "Limit", th_year: "Year", th_mark: "Mark", th_adds: "Adds",
    other_score: "Other score: {name} {v}", families: "Independent families that agree: {a} of {b}", suggestion: "Look first at: {v}",
    robust: "Robustness", robust_none: "not computed in this run",
    checks: "Veto checks", checks_sum: "{a} passed · {b} not checked", check_unknown: "not checked", check_ok: "passed", check_hit: "over the limit",
    no_reason: "No data", verify: "Field check",
    why_veto: "Vetoed: no score, no rank", why_doubt: "Evidence insufficient: no grade, no rank",
    why_rules: "Veto rules", why_hit: "{a} of {b} hit", th_rule: "Rule", th_layer: "Layer", th_share: "Found", th_max: "Limit", why_missing: "not loaded, not checked",
    why_area: "Area removed by rule", why_area_unit: "whole area, mu", why_change: "What would change this",
    change_veto: "Load a newer layer, or change the limit in the study file, and run again. Rules beat scores: weights cannot undo this.",
    change_doubt: "Supply the data missing below and run again.", hectares: "{v} ha",
    about_sources: "Sources and licences", about_absent: "Inputs absent from this run, and their cost", about_run: "This run", result_date: "Result of {v}", about_counts: "How the lists count", about_keys: "Keyboard", keys_help: "Enter opens, Esc closes, ↑↓ move, N / Shift+N step by rank, L legend, 0 whole area, Alt+L language",
    m_V: "V read in source", "m_V-weak": "V-weak second-hand", m_M: "M from memory", m_P: "P proposed here",
    broken: "The map data cannot be read; the file may be incomplete: {v}", broken_start: "The map could not be shown: {v}",
    csv_id: "parcel_id", csv_town: "town", csv_kind: "flag", csv_grade: "grade", csv_rank: "rank", csv_score: "score", csv_coverage: "coverage_pct", csv_area: "area_mu", csv_in: "zone_in", csv_zone: "zone_name", csv_use: "land_use", csv_evidence: "evidence", csv_veto: "veto", csv_lon: "lon", csv_lat: "lat", yes: "yes", no: "no"
  }
};

function t(key, values) {
  const text = WORDS[S.lang][key] ?? key;
  return values ? text.replace(/\{(\w+)\}/g, (_, name) => values[name]) : text;
}

// A record with zh and en; the other language stands in for an empty one.
function say(record, name) {
  const first = name ? record[name + "_" + S.lang] : record[S.lang];
  const second = name ? record[name + "_zh"] : record.zh;
  return first || second || "";
}

function translatePage() {
  document.documentElement.lang = S.lang === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-title]")) node.title = t(node.dataset.title);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of document.querySelectorAll("[data-holder]")) node.placeholder = t(node.dataset.holder);
  document.title = say(D.meta, "title");
  byId("title").textContent = say(D.meta, "title");
  byId("title").title = say(D.meta, "title");
  byId("subtitle").textContent = say(D.meta, "subtitle");
  byId("lang-zh").setAttribute("aria-pressed", S.lang === "zh");
  byId("lang-en").setAttribute("aria-pressed", S.lang === "en");
}
