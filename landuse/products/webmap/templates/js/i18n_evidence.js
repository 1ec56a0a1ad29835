// The words of robustness, ledger, contradictions, clusters and checks.
Object.assign(WORDS.zh, {
  more: "更多筛选", more_n: "更多筛选（{n}）", any: "不限",
  f_stability: "稳健性", f_land_state: "台账状态", f_against: "矛盾", f_hot_spot: "热点", f_cluster: "成片", f_check: "核实状态", f_group: "行业组",
  f_none_stability: "未计算", f_none_land_state: "无台账记录", f_none_hot_spot: "不显著", f_none_check: "未核",
  against_yes: "有矛盾", against_no: "无矛盾", cluster_1: "不成片", cluster_2: "2 宗及以上", cluster_5: "5 宗及以上", cluster_10: "10 宗及以上", cluster_50mu: "50 亩及以上",
  g_IND_IN: "工业（区内）", g_IND_OUT: "工业（区外）", g_URBAN_RES: "城镇住宅", g_COMM: "商业服务", g_VILLAGE: "村庄宅基地", g_LOT_SMALL: "小宗地", g_LOT_LARGE: "大宗地", g_OTHER: "其他", g_ALL: "全部",
  mode: "着色", m_grade: "等级", m_p_flag: "入选概率", m_land_state: "台账状态", m_hot_spot: "热点", m_none_p_flag: "未计算", m_none_land_state: "无台账记录", m_none_hot_spot: "不显著",
  col_p: "入选概率", col_stability: "稳健性", p_short: "P {v}",
  p_flag: "入选概率", p_absent: "入选概率未计算", band: "位次区间", band_is: "位次 {r}，区间 {a}（P10–P90）", band_absent: "位次区间未计算", tipping: "翻转条件",
  ledger: "台账状态", ledger_none: "该地块无台账记录，仅为疑似", ledger_absent: "未导入供地台账，仅为疑似",
  against: "矛盾", against_n: "{n} 项与判断相反", but: "但{v}", pattern: "信号与空间", signal: "信号", cluster: "成片", cluster_is: "相邻 {n} 宗成片，合 {mu}", cluster_select: "选中本片", cluster_on: "片 {v}", cluster_clear: "取消",
  hot_spot: "热点", check: "核实", check_none: "未核（本图只读）", check_absent: "未导入核实表（未核）", whynot: "为什么没有列入", whynot_absent: "本次未给出原因",
  csv_p_flag: "入选概率", csv_p10: "位次 P10", csv_p90: "位次 P90", csv_stability: "稳健性", csv_state: "台账状态", csv_against: "矛盾", csv_signal: "信号", csv_hot: "热点", csv_cluster: "成片编号", csv_check: "核实状态"
});
Object.assign(WORDS.en, {
  more: "More filters", more_n: "More filters ({n})", any: "Any",
  f_stability: "Robustness", f_land_state: "Ledger state", f_against: "Contradiction", f_hot_spot: "Hot spot", f_cluster: "Cluster", f_check: "Field check", f_group: "Peer group",
  f_none_stability: "not computed", f_none_land_state: "no ledger row", f_none_hot_spot: "not significant", f_none_check: "not yet",
  against_yes: "contradicted", against_no: "none", cluster_1: "on its own", cluster_2: "2 parcels or more", cluster_5: "5 parcels or more", cluster_10: "10 parcels or more", cluster_50mu: "50 mu or more",
  g_IND_IN: "Industry, in zone", g_IND_OUT: "Industry, outside", g_URBAN_RES: "Urban housing", g_COMM: "Commerce", g_VILLAGE: "Village homesteads", g_LOT_SMALL: "Small parcels", g_LOT_LARGE: "Large parcels", g_OTHER: "Other", g_ALL: "All",
  mode: "Colour by", m_grade: "Grade", m_p_flag: "P(listed)", m_land_state: "Ledger state", m_hot_spot: "Hot spots", m_none_p_flag: "not computed", m_none_land_state: "no ledger row", m_none_hot_spot: "not significant",
  col_p: "P(listed)", col_stability: "robust?", p_short: "P {v}",
  p_flag: "P(listed)", p_absent: "P(listed) not computed", band: "Rank band", band_is: "rank {r}, band {a} (P10–P90)", band_absent: "rank band not computed", tipping: "Tips when",
  ledger: "Ledger", ledger_none: "No ledger row for this parcel: suspected only", ledger_absent: "No supply ledger loaded: suspected only",
  against: "Contradictions", against_n: "{n} against the judgement", but: "But {v}", pattern: "Signals and pattern", signal: "Signal", cluster: "Cluster", cluster_is: "{n} adjacent parcels, {mu} together", cluster_select: "Select cluster", cluster_on: "Cluster {v}", cluster_clear: "clear",
  hot_spot: "Hot spot", check: "Field check", check_none: "Not yet (read only)", check_absent: "No check table loaded (not yet)", whynot: "Why it is not listed", whynot_absent: "No reason given in this run",
  csv_p_flag: "p_flag", csv_p10: "rank_p10", csv_p90: "rank_p90", csv_stability: "stability", csv_state: "land_state", csv_against: "contradictions", csv_signal: "signal", csv_hot: "hot_spot", csv_cluster: "cluster_id", csv_check: "check_status"
});

// The word of a code the data carry; an unknown code is its own word.
function wordOf(list, code) {
  const entry = D.words[list].find((item) => item.code === code);
  return entry ? say(entry) : code;
}
