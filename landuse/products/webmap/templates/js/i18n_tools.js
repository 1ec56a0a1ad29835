// The words of compare, measure, print, trend and the added filters.
Object.assign(WORDS.zh, {
  f_kind: "判定", f_use: "地类", f_area: "面积", f_cover: "证据覆盖", f_p: "入选概率", kind_idle: "疑似闲置", kind_les: "疑似低效", f_none_use: "未载明",
  area_5: "不足 5 亩", area_20: "5–20 亩", area_50: "20–50 亩", area_max: "50 亩及以上", cover_60: "60% 及以上", cover_75: "75% 及以上", cover_90: "90% 及以上", cover_low: "不足 60%", p_80: "80% 及以上", p_50: "50%–80%", p_low: "不足 50%",
  search_village: "自然村", compare: "对比", compare_left: "左", compare_right: "右", compare_bar: "对比分界，方向键移动", compare_close: "结束对比", y_mode: "不透水率 {v}", m_base: "基线等级", m_now: "试算等级", y_none: "无数据", compare_none: "只有一种图层，无可对比",
  measure: "量测", measure_hint: "在图上逐点点击；键盘：方向键移图，Enter 加中心点，Backspace 撤销，Esc 结束", measure_is: "长度 {m}", measure_area: "面积 {mu}（{m2} 平方米）", measure_undo: "撤销", measure_clear: "清除",
  trend: "趋势", trend_limit: "虚线为 33.3% 门槛", trend_impervious: "不透水率", trend_light: "灯光（仅背景）", trend_none: "未提供多年数据",
  print_page: "打印本页", export_card: "导出", print_top: "前 {n} 名疑似地块", print_towns: "分乡镇汇总", print_notes: "说明", print_town: "乡镇（街道）", print_n: "宗数", print_first: "其中{g}级", print_mu: "面积（亩）", print_villages: "村庄候选", print_rest: "其余 {n} 个", print_sum: "合计", print_scale: "比例尺 1:{v}（{p}）", print_crs: "坐标系 {v}", print_date: "成果 {v}", print_no: "无审图号，不得公开", print_note: "“疑似”由公开数据推断，非法定认定，须经实地核实。村庄为征询意愿的候选，搬迁须农户自愿。", print_data: "数据：{v}", print_circles: "圆面积与地块亩数成正比。", north: "北", print_filter: "仅含筛选后的 {n} 宗。", print_where: "位置图",
  about: "说明", tiles_shift: "网络底图", tiles_key: "底图密钥", tiles_key_hint: "密钥只用于本次打开，不写入文件"
});
Object.assign(WORDS.en, {
  f_kind: "Kind", f_use: "Land use", f_area: "Area", f_cover: "Coverage", f_p: "P(listed)", kind_idle: "Suspected idle", kind_les: "Suspected low use", f_none_use: "not told",
  area_5: "under 5 mu", area_20: "5–20 mu", area_50: "20–50 mu", area_max: "50 mu or more", cover_60: "60% or more", cover_75: "75% or more", cover_90: "90% or more", cover_low: "under 60%", p_80: "80% or more", p_50: "50–80%", p_low: "under 50%",
  search_village: "village", compare: "Compare", compare_left: "Left", compare_right: "Right", compare_bar: "Divider of the comparison, arrow keys move it", compare_close: "End comparison", y_mode: "Built share {v}", m_base: "Baseline grade", m_now: "What-if grade", y_none: "no data", compare_none: "One layer only: nothing to compare",
  measure: "Measure", measure_hint: "Click point by point. Keyboard: arrows pan, Enter adds the centre, Backspace undoes, Esc ends", measure_is: "Length {m}", measure_area: "Area {mu} ({m2} m²)", measure_undo: "Undo", measure_clear: "Clear",
  trend: "Trend", trend_limit: "dashed: 33.3% limit", trend_impervious: "Built share", trend_light: "Light (context)", trend_none: "No yearly data supplied",
  print_page: "Print card", export_card: "Export", print_top: "First {n} suspected parcels", print_towns: "By town", print_notes: "Notes", print_town: "Town", print_n: "Parcels", print_first: "of grade {g}", print_mu: "Area (mu)", print_villages: "Villages", print_rest: "{n} others", print_sum: "All", print_scale: "Scale 1:{v} ({p})", print_crs: "CRS {v}", print_date: "Result {v}", print_no: "No map approval number; not for release", print_note: "“Suspected” is inferred from open data, not a legal finding; it needs a field check. Villages are candidates for consultation; moving is voluntary.", print_data: "Data: {v}", print_circles: "Circle area is proportional to mu.", north: "N", print_filter: "Only the {n} parcels of the filter.", print_where: "Location",
  about: "About", tiles_shift: "Web tiles", tiles_key: "Tile key", tiles_key_hint: "Used while this page is open; never written to a file"
});
