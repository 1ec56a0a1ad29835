// The card of a site: uses, advice, what people check first, conditions; and the panel of refusals.
function drawSiteRight() {
  const body = O.sel >= 0 ? siteCard(O.sel) : showsProjects() ? projectPanel() : O.why ? refusedPanel() : null;
  document.body.classList.toggle("card", Boolean(body));
  byId("right").hidden = !body;
  byId("right").replaceChildren(...(body || []));
}

function closeSitePanel() {
  if (O.sel >= 0) { pickVillage(-1); byId("o-list").focus({ preventScroll: true }); return; }
  const back = showsProjects() ? "o-projects" : "o-why";
  O.why = false;
  J.sel = -1;
  emit("village");
  sheets.pick.redraw();
  byId(back).focus({ preventScroll: true });
}

function siteCard(i) {
  const held = D.sites, grade = held.grades.find((item) => item.code === held.grade.at(i));
  const head = panelHead(siteLabel(i) + " " + siteTown(i), [t(isRefused(i) ? "o_vetoed" : "o_opportunity"), grade ? say(grade) : null, plotsText(i), held.zone_name.at(i), held.site_id.at(i)].filter(Boolean).join(" · "));
  head.prepend(diamondKey(isRefused(i) ? "out" : held.grade.at(i), !held.chosen[i] && !isRefused(i)));
  return [head, h("div", { class: "scroll" }, siteFigures(i), siteSentence(i), siteUses(i), siteAdvice(i), siteProjects(i), siteFacts(i), siteOverlaps(i), siteMembers(i))];
}

function siteFigures(i) {
  const held = D.sites, entry = (key, value, unit) => h("div", {}, h("p", { text: t(key) }), h("b", { text: value }), unit ? " " + unit : null);
  return h("div", { class: "figures" }, entry("o_ops", fixed(held.ops.at(i), 1), ""), entry("coverage", percent(held.coverage.at(i)), ""),
    entry("o_area", fixed(held.area_mu.at(i), 1), t("mu")), entry("o_rect", fixed(held.rect_length_m.at(i), 0) + "×" + fixed(held.rect_width_m.at(i), 0), "m"));
}

function siteSentence(i) {
  const open = (S.lang === "en" ? D.sites.unchecked_en : D.sites.unchecked).at(i).split(";").filter(Boolean);
  return h("section", {}, h("p", { class: "say", text: siteText("evidence", i) || MISSING }), ...open.map((text) => h("p", { class: "hint warn", text })));
}

function siteUses(i) {
  const codes = D.sites.uses.at(i).split(";").filter(Boolean), fits = D.sites.use_fits.at(i).split(";").map(Number);
  if (!codes.length) return null;
  return h("section", { class: "slim" }, h("h3", {}, t("o_uses"), h("span", { text: t("o_fit") })), ...codes.map((code, k) => h("div", { class: "fact use", "data-use": code }, h("span", { text: useName(code) }),
    h("div", {}, h("span", { class: "meter p" }, h("i", { style: { width: fits[k] + "%", background: SKY } })), h("b", { text: fixed(fits[k], 0) + "%" })))));
}

function siteAdvice(i) {
  const mark = D.sites.advice_mark.at(i);
  return h("section", { class: "advice" }, h("h3", {}, t("o_advice"), mark ? markTag(mark) : null), h("p", { class: "say", text: siteText("advice", i) }), h("p", { class: "hint", text: t("o_basis", { v: siteText("advice_basis", i) }) }),
    h("p", { class: "caution" }, h("b", { text: t("o_first") + (S.lang === "zh" ? "：" : ": ") }), siteText("first_check", i).replace(/^先|^first /, "")));
}

function siteFacts(i) {
  const held = D.sites, way = (value) => (Number.isFinite(value) ? wayText(value) : t("o_unknown"));
  const number = (value, digits, unit) => (Number.isFinite(value) ? withUnit(value, unit, digits) : t("o_unknown"));
  const rows = [["o_growth", Number.isFinite(held.growth_share.at(i)) ? percent(held.growth_share.at(i)) : t("o_unknown")], ["o_slope", number(held.slope_deg.at(i), 1, "°")], ["o_road", way(held.road_m.at(i))], ["o_ramp", way(held.ramp_m.at(i))],
    ["o_zone", way(held.zone_distance_m.at(i))], ["o_width", number(held.min_width_m.at(i), 0, "m")], ["o_earth", number(held.earthwork_m.at(i), 2, "m")], ["o_homes", way(held.sensitive_m.at(i))], ["o_owners", number(held.owners.at(i), 0, "")],
    ["o_rsi", number(held.rsi.at(i), 0, "")], ["o_merge", muText(held.merge_mu.at(i), 1)]];
  return h("section", { class: "slim two" }, h("h3", { text: t("o_facts") }), ...rows.map(([key, value]) => h("div", { class: "fact", "data-fact": key }, h("span", { text: t(key) }), h("div", {}, h("b", { text: value })))));
}

function siteOverlaps(i) {
  const others = D.sites.overlaps.at(i).split(";").filter(Boolean).map((id) => D.sites.places.get(id)).filter((k) => k !== undefined);
  if (!others.length) return null;
  return h("section", { class: "slim" }, h("h3", {}, t("o_overlaps"), h("span", { text: t("o_overlaps_note") })), ...others.slice(0, 12).map((k) => h("p", { class: "hint" }, h("button", { class: "link", "data-site": D.sites.site_id.at(k), text: siteLabel(k) + " · " + muText(D.sites.area_mu.at(k), 1) + " · " + fixed(D.sites.ops.at(k), 1) + (D.sites.chosen[k] ? " · " + t("o_chosen") : ""), on: { click: () => pickVillage(k) } }))));
}

function siteMembers(i) { return h("section", { class: "slim" }, h("h3", { text: t("o_members") }), h("p", { class: "hint", text: D.sites.members.at(i).split(";").join(S.lang === "zh" ? "、" : ", ") })); }

function refusedPanel() {
  const rows = D.sites.refused, rules = new Map();
  for (const row of rows) rules.set(row.rule, (rules.get(row.rule) || 0) + 1);
  const line = (row) => h("div", { class: "refusal", "data-rule": row.rule }, h("p", {}, row.at >= 0 ? h("button", { class: "link", text: shortId(row.members.split(";")[0]) + " " + row.town_name, on: { click: () => pickVillage(row.at, { move: true }) } }) : h("b", { text: shortId(row.site_id) + " " + row.town_name }), " " + muText(row.area_mu, 1)), h("p", { class: "hint", text: S.lang === "en" ? row.reason_en : row.reason_zh }));
  const big = [...rows].sort((a, b) => (b.area_mu || 0) - (a.area_mu || 0));
  return [panelHead(t("o_why") + " " + fixed(rows.length, 0), t("o_why_sub")), h("div", { class: "scroll" }, h("section", {}, ...(big.length ? big.map(line) : [h("p", { class: "hint", text: t("o_none") })])))];
}
