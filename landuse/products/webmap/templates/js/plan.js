// The ladder: quota by budget, a slider that stops on steps only; one calculation for list, ledger and sites.
const SITES_SHOWN = 12;

function setStep(step) {
  V.step = Math.max(1, Math.min(D.plan.ladder.length, step));
  collectVillages();
  emit("village");
  sheets.villages.redraw();
  keepHash();
}

function ladderPanel() {
  const rows = D.plan.ladder, row = rows[V.step - 1], next = rows[V.step];
  const chosen = D.plan.village.filter((_, move) => inBudget(move));
  const figure = (key, value, unit) => h("div", {}, h("p", { text: t(key) }), h("b", { text: value }), " " + unit);
  const slider = h("input", { type: "range", id: "v-step", min: 1, max: rows.length, step: 1, value: V.step, "aria-label": t("v_ladder"), "aria-valuetext": fixed(row.budget, 0) + " " + t("p_wan"), on: { input: (event) => slide(Number(event.target.value)) } });
  return [panelHead(t("p_title"), t("p_sub")), h("div", { class: "scroll" },
    h("section", {}, h("h3", {}, t("p_chart"), h("span", { text: t("p_step", { n: V.step, all: rows.length }) })), ladderChart(), slider),
    h("div", { class: "figures" }, figure("p_budget", fixed(row.budget, 0), t("p_wan")), figure("p_net", fixed(row.quota_mu, 2), t("mu")), figure("p_next", next ? "+" + fixed(next.quota_mu - row.quota_mu, 2) : MISSING, next ? t("mu") : "")),
    villageLedger(chosen, t("v_ledger")), siteBars(),
    h("section", {}, h("p", { class: "caution", text: bindingText(row, next) }), h("p", { class: "hint", text: t("p_price", { v: fixed(row.nesting_price, 2), unit: say(row, "unit") }) }), reachText(), h("p", { class: "hint", text: t("p_estimated") }), ...uncheckedSites()))];
}

// Redrawing the panel would take the slider out of the hand that holds it.
function slide(step) {
  setStep(step);
  byId("v-step").focus({ preventScroll: true });
}

function bindingText(row, next) {
  if (D.plan.relax.length) return t("p_relax", { v: relaxOptions().join(t("p_relax_or")) });
  if (!next) return t("p_bound_last");
  const more = next.quota_mu - row.quota_mu;
  return more > 0.005 ? t("p_bound_budget", { b: fixed(next.budget - row.budget, 0), q: fixed(more, 2) }) : t("p_bound_sites");
}

// Candidates that no site can take are said, not hidden: the plan is silent about them.
// Every smallest set of rules to relax, each in words.
function relaxOptions() {
  const sets = new Map();
  for (const item of D.plan.relax) sets.set(item.option, [...(sets.get(item.option) ?? []), t("p_relax_one", { name: say(item), a: plain(item.limit), b: plain(item.needed) })]);
  return [...sets.values()].map((rules) => rules.join(S.lang === "zh" ? "、" : ", "));
}
function plain(value) { return fixed(value, Math.abs(value) < 10 ? 2 : 0); }
function reachText() {
  const reach = D.plan.reach;
  return reach ? h("p", { class: "hint", text: t("p_reach", { a: fixed(reach.candidates, 0), b: fixed(reach.useful, 0), c: fixed(reach.with_site, 0), d: fixed(reach.longest_m / 1000, 0), e: fixed(reach.longest_mountain_m / 1000, 0) }) }) : null;
}

function uncheckedSites() {
  const texts = new Set();
  for (let site = 0; site < D.plan.sites.n; site++) if (D.plan.sites.unchecked.at(site)) texts.add(D.plan.sites.unchecked.at(site));
  return [...texts].map((text) => h("p", { class: "hint warn", text }));
}

function svg(tag, set, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(set)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

function ladderChart() {
  const rows = D.plan.ladder, wide = 390, high = 128, base = 104, each = wide / rows.length, most = Math.max(1, ...rows.map((row) => row.quota_mu));
  const chart = svg("svg", { viewBox: "0 0 " + wide + " " + high, class: "ladder", "aria-hidden": "true" });
  chart.append(svg("line", { x1: 0, x2: wide, y1: base, y2: base, stroke: "#D8DEE6" }));
  rows.forEach((row, place) => {
    const x = place * each, y = base - (row.quota_mu / most) * 84, here = place + 1 === V.step, colour = place < V.step ? GREEN : FADED;
    const part = svg("g", { "data-step": place + 1, class: "rung" });
    part.append(svg("rect", { x, y: 0, width: each, height: high, fill: "transparent" }), svg("line", { x1: x + 3, x2: x + each - 3, y1: y, y2: y, stroke: colour, "stroke-width": 3 }));
    part.append(svg("text", { x: x + each / 2, y: y - 5, "text-anchor": "middle", "font-weight": here ? 600 : 400, fill: here ? "#17212E" : "#5F6C7C" }, fixed(row.quota_mu, 0)));
    if (here) part.append(svg("line", { x1: x + each / 2, x2: x + each / 2, y1: y, y2: base, stroke: "#17324D", "stroke-width": 1.2 }));
    if (rows.length <= 10 || place % 2) part.append(svg("text", { x: x + each / 2, y: base + 16, "text-anchor": "middle", fill: "#465364" }, fixed(row.budget, 0)));
    part.addEventListener("click", () => setStep(place + 1));
    chart.append(part);
  });
  return chart;
}

function siteBars() {
  const used = siteUse(), listed = [...used.keys()].filter((site) => used[site] > 0).sort((a, b) => used[b] - used[a] || a - b);
  const bar = (site) => [h("span", { text: siteName(site) + " " + D.plan.sites.town.at(site), title: D.plan.sites.site_id.at(site) }), h("span", { class: "meter" }, h("i", { style: { width: Math.min(100, (used[site] / Math.max(1, D.plan.sites.capacity.at(site))) * 100) + "%", background: GREEN } })), h("span", { class: "num", text: fixed(used[site], 0) + " / " + fixed(D.plan.sites.capacity.at(site), 0) })];
  return h("section", {}, h("h3", {}, t("p_sites"), h("span", { text: t("p_used") })), h("div", { class: "waterfall" }, ...listed.slice(0, SITES_SHOWN).flatMap(bar)),
    listed.length > SITES_SHOWN ? h("p", { class: "hint", text: t("p_more", { n: listed.length - SITES_SHOWN }) }) : null);
}
