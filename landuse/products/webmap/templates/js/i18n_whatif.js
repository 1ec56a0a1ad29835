// The words of the what-if.
Object.assign(WORDS.zh, {
  weights: "权重试算", w_sub: "拖动或用方向键调整，位次即时重排；橙线为基线", w_none: "本图没有评分模型，不能试算", w_top: "前 20 名进出", w_top_v: "{a} 进 / {b} 出", w_first: "{g}级地块", w_corr: "与基线秩相关",
  w_list: "进出清单", w_list_v: "进入 {a} 宗，退出 {b} 宗", w_score: "判定", w_group: "行业组", w_shared: "同一指标的权重在其适用的各组共用", w_base: "基线 {v}%", w_nodata: "无数据", w_sum: "合计 100.0%（自动归一）",
  w_reset: "恢复基线", w_export: "导出权重", w_moves: "变动最大", w_moves_head: "原位次 → 新位次", w_cause: "因 {v}", w_no_moves: "与基线相同", w_limits: "列入与分级门槛", w_limit_les: "列入疑似低效", w_limit_idle: "列入疑似闲置", w_coverage: "最低证据覆盖",
  w_criteria_limits: "指标门槛", w_points: "分", w_on: "权重试算中", w_note: "试算，非基线：仅本机临时结果，未改动基线", w_trial: "试算，非基线", w_col_score: "新得分", w_col_move: "变动", w_old: "原 {v}", w_new_entry: "新入", w_same: "不变",
  w_g: "位次变动", w_enter: "进入前 20", w_leave: "退出前 20", w_still: "变动不足 4 位", w_baseline_is: "基线：得分 {s}，位次 {r}，{k}", w_robust: "稳健性（基线）", w_said: "试算：进入 {a} 宗，退出 {b} 宗，前 20 名 {c} 进 {d} 出",
  w_source: "地图权重试算", w_suffix: "（试算）", w_file: "权重试算", w_unnormal: "无权重", csv_trial: "试算，非基线", csv_old_rank: "基线位次", csv_old_score: "基线得分"
});
Object.assign(WORDS.en, {
  weights: "Weights", w_sub: "Drag, or use arrow keys: ranks follow at once. Orange = baseline", w_none: "No score model in this map", w_top: "Top 20 in and out", w_top_v: "{a} in / {b} out", w_first: "Grade {g}", w_corr: "Rank correlation",
  w_list: "List", w_list_v: "{a} enter, {b} leave", w_score: "Score", w_group: "Peer group", w_shared: "A criterion's weight is shared by all groups it applies to", w_base: "base {v}%", w_nodata: "no data", w_sum: "Sum 100.0% (normalised)",
  w_reset: "Reset", w_export: "Export weights", w_moves: "Largest moves", w_moves_head: "old → new rank", w_cause: "by {v}", w_no_moves: "Same as the baseline", w_limits: "Limits of list and grades", w_limit_les: "Listed as low use", w_limit_idle: "Listed as idle", w_coverage: "Minimum coverage",
  w_criteria_limits: "Limits of criteria", w_points: "points", w_on: "What-if", w_note: "Not the baseline. Local and temporary; the baseline is unchanged", w_trial: "What-if, not the baseline", w_col_score: "New", w_col_move: "Move", w_old: "was {v}", w_new_entry: "new", w_same: "same",
  w_g: "Moves", w_enter: "Enters top 20", w_leave: "Leaves top 20", w_still: "Moves under 4", w_baseline_is: "Baseline: score {s}, rank {r}, {k}", w_robust: "Robustness (baseline)", w_said: "What-if: {a} enter, {b} leave, top 20: {c} in, {d} out",
  w_source: "what-if on the map", w_suffix: " (what-if)", w_file: "what-if-model", w_unnormal: "no weight", csv_trial: "what_if_not_baseline", csv_old_rank: "baseline_rank", csv_old_score: "baseline_score"
});
