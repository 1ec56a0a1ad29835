// Veto checks, and the card of a parcel that is not graded: why not, and what would change it.
function rulesFor(i) {
  const group = D.col.group.at(i);
  return D.rules.filter((rule) => !Array.isArray(rule.groups) || !rule.groups.length || rule.groups.includes(group)).map((rule) => {
    const factor = rule.unit === "%" ? 100 : 1, named = D.col.veto.at(i) === rule.code;
    const column = D.measured[rule.code];
    const found = column ? column.at(i) : named ? D.col.veto_share.at(i) * factor : NaN;
    const limit = typeof rule.limit === "number" ? rule.limit * factor : NaN;
    const checked = rule.checked !== false;
    const state = !checked || (column && !Number.isFinite(found)) ? "open" : named || found > limit ? "hit" : "ok";
    return { rule, found, limit, checked, state };
  });
}

function limitText({ rule, limit }) {
  if (limit === 0 && !D.measured[rule.code]) return MISSING;
  return Number.isFinite(limit) ? withUnit(limit, rule.unit, Number.isInteger(limit) ? 0 : 1) : rule.limit || MISSING;
}

function vetoChecks(i) {
  const rules = rulesFor(i);
  if (!rules.length) return null;
  const count = (state) => rules.filter((item) => item.state === state).length;
  const words = { ok: "check_ok", hit: "check_hit", open: "check_unknown" };
  const text = (item) => {
    const value = Number.isFinite(item.found) ? " " + withUnit(item.found, item.rule.unit, 2) : "";
    return say(item.rule) + (item.state === "open" ? " " + t("check_unknown") : value);
  };
  return h("section", {}, h("h3", {}, t("checks"), h("span", { text: t("checks_sum", { a: count("ok"), b: count("open") }) })),
    h("ul", { class: "checks" }, ...rules.map((item) => h("li", { class: item.state === "open" ? "warn" : "", title: t(words[item.state]) + " · " + limitText(item) }, sign(item.state), h("span", { text: text(item) })))));
}

function vetoBody(i) {
  return [sentence(i), ...evidenceParts(i), rulesTable(i), waterfall(), h("section", {}, h("h3", { text: t("why_change") }), h("p", { class: "hint", text: t("change_veto") }))];
}

function doubtBody(i) {
  return [sentence(i), ...evidenceParts(i), criteriaTable(i, false), trendPart(i), vetoChecks(i), h("section", {}, h("h3", { text: t("why_change") }), h("p", { class: "hint", text: t("change_doubt") }))];
}

function rulesTable(i) {
  const rules = rulesFor(i);
  const rank = { hit: 0, ok: 1, open: 2 };
  rules.sort((a, b) => rank[a.state] - rank[b.state]);
  const hits = rules.filter((item) => item.state === "hit").length;
  return h("section", {}, h("h3", {}, t("why_rules"), h("span", { text: t("why_hit", { a: hits, b: rules.length }) })),
    h("table", {}, h("thead", {}, h("tr", {}, ...["rule", "layer", "share", "max", "mark"].map((key) => h("th", { class: key === "share" || key === "max" ? "num" : "", text: t("th_" + key) })))),
      h("tbody", {}, ...rules.map(ruleRow))));
}

function ruleRow(item) {
  const name = h("td", {}, sign(item.state), say(item.rule));
  if (!item.checked) return h("tr", {}, name, h("td", { colspan: 4, class: "num warn", text: t("why_missing") }));
  return h("tr", {}, name, h("td", { class: "soft", text: layerName(item.rule) }),
    h("td", { class: "num" + (item.state === "hit" ? " over" : ""), text: withUnit(item.found, item.rule.unit, 2) }),
    h("td", { class: "num soft", text: limitText(item) }), h("td", {}, markTag(item.rule.mark)));
}

function layerName(rule) {
  const line = D.control.find((entry) => entry.code === rule.layer);
  return say(rule, "layer") || (line && say(line)) || rule.layer || MISSING;
}

function waterfall() {
  const rules = D.rules.filter((rule) => rule.area_mu_removed > 0).sort((a, b) => b.area_mu_removed - a.area_mu_removed);
  if (!rules.length) return null;
  const most = rules[0].area_mu_removed;
  return h("section", {}, h("h3", {}, t("why_area"), h("span", { text: t("why_area_unit") })),
    h("div", { class: "waterfall" }, ...rules.flatMap((rule) => [h("span", { text: say(rule) }), h("span", { class: "meter" }, h("i", { style: { width: (rule.area_mu_removed / most) * 100 + "%" } })), h("span", { class: "num", text: fixed(rule.area_mu_removed, 2) })])));
}
