// The words of projects: a match is a possible pair to be checked, no decision.
Object.assign(WORDS.zh, {
  j_title: "项目", j_sub: "可能的组合，供核对；不是供地决定", j_button: "项目 {n}/{all}", j_mu: "用地", j_priority: "优先级", j_fit: "适宜度", j_site: "拟用地块", j_shared: "同用一片：{v}", j_asks: "要求：{v}", j_nothing: "只要求面积", j_others: "其他可用的地块", j_others_note: "虚线；数字为位次", j_near: "最接近的地块", j_unchecked: "未核对：{v}", j_none_first: "没有", j_suited: "适合的项目", j_given: "拟用此地", j_held: "{v} 拟用", j_back: "全部项目", j_no_project: "没有项目以此地为备选"
});
Object.assign(WORDS.en, {
  j_title: "Projects", j_sub: "Possible pairs to be checked; no decision to supply land", j_button: "Projects {n}/{all}", j_mu: "Land", j_priority: "Priority", j_fit: "Fit", j_site: "Site proposed", j_shared: "shared with {v}", j_asks: "Asks: {v}", j_nothing: "asks only for the area", j_others: "Other sites that would do", j_others_note: "dashed; the number is the rank", j_near: "Nearest miss", j_unchecked: "not checked: {v}", j_none_first: "none", j_suited: "Projects it suits", j_given: "proposed here", j_held: "held by {v}", j_back: "All projects", j_no_project: "No project names this site among its alternatives"
});
