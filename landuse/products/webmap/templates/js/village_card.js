// The card of a village, and the towns' totals.
const SCORE_ORDER = ["mrs", "hvs", "scattered"];

function villageCard(i) {
  const held = D.villages, kind = held.kinds[held.kind[i]], id = held.village_id.at(i);
  const head = panelHead(villageName(i) + " " + villageTown(i), t("v_candidate") + " · " + say(kind) + (held.village_name.at(i) ? " · " + held.village_name.at(i) : "") + " · " + id);
  head.prepend(kindKey(held.kind[i]));
  return [head, h("div", { class: "scroll" }, villageFigures(i), villageSentence(i), villageScores(i), villageCriteria(i), villageLedger([i], t("v_ledger")))];
}

function villageFigures(i) {
  const held = D.villages, entry = (key, value, unit) => h("div", {}, h("p", { text: t(key) }), h("b", { text: value }), unit ? " " + unit : null);
  return h("div", { class: "figures" },
    entry("score", fixed(held.score.at(i), 1), t("of_score")), entry("v_of_kind", fixed(held.rank.at(i), 0), ""),
    entry("coverage", percent(held.coverage.at(i)), ""), entry("v_people", fixed(held.population_est.at(i), 0), ""));
}

function villageSentence(i) {
  const held = D.villages, basis = held["basis_" + S.lang].at(i) || held.basis_zh.at(i), advice = held["suggestion_" + S.lang].at(i) || held.suggestion_zh.at(i);
  const move = held.move[i], parts = [h("p", { class: "say", text: villageEvidence(i) || MISSING })];
  if (basis) parts.push(h("p", { class: "hint warn", text: t("v_basis", { v: basis }) }));
  parts.push(h("p", { class: "hint", text: advice || t("v_caution") }));
  if (move >= 0) parts.push(h("p", { class: "hint", text: t("v_step") + " " + fixed(D.plan.step.at(move), 0) + " " + wayOf(move) }));
  return h("section", {}, ...parts);
}

function villageScores(i) {
  return h("section", { class: "slim" }, h("h3", { text: t("v_scores") }), ...SCORE_ORDER.map((name) => {
    const value = D.villages[name].at(i);
    return h("div", { class: "fact" }, h("span", { text: t("v_" + name) }), h("div", {}, h("span", { class: "meter p" }, h("i", { style: { width: (Number.isFinite(value) ? value : 0) + "%" } })), h("b", { text: fixed(value, 1) })));
  }));
}

// Criteria of the scores that speak for this kind, by points; those without a value last, hatched.
function villageCriteria(i) {
  const spoken = SCORE_ORDER.find((name, place) => place === D.villages.kind[i]);
  const rows = D.villages.criteria.filter((item) => item.score === spoken && appliesTo(item, i)).map((criterion) => ({ criterion, value: criterion.value.at(i), adds: criterion.points.at(i) }));
  const known = rows.filter((row) => Number.isFinite(row.adds)).sort((a, b) => b.adds - a.adds), missing = rows.filter((row) => !Number.isFinite(row.adds));
  if (!rows.length) return null;
  const most = Math.max(1, ...known.map((row) => row.adds));
  const head = ["criterion", "value", "limit", "year", "mark"].map((key) => h("th", { class: key === "value" || key === "limit" ? "num" : "", text: t("th_" + key) }));
  head.push(h("th", { class: "num", colspan: 2, text: t("th_adds") }));
  const worth = (row) => ({ ...row, deficit: row.adds / most >= 0.5 ? 1 : 0 });
  return h("section", { class: "criteria" }, h("h3", {}, t("v_evidence"), h("span", { text: t("v_" + spoken) + " " + fixed(D.villages[spoken].at(i), 1) })),
    h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...known.map((row) => knownRow(worth(row), most, true)), ...missing.map((row) => missingRow({ criterion: row.criterion })))));
}

// A criterion for outlines does not apply to a village known as a point, nor the other way round.
function appliesTo(criterion, i) {
  const own = isEmpty(D.villages.shape, i) ? "SETTLEMENT_POINT" : "SETTLEMENT";
  return !criterion.groups || !criterion.groups.length || criterion.groups.includes(own);
}

// The ledger of some villages: whole hundredths of a mu are added, so that all sums agree.
function ledgerSums(villages) {
  return Object.fromEntries(D.plan.areas.map((name) => [name, villages.reduce((sum, i) => sum + Math.round((D.villages[name].at(i) || 0) * QUOTA_CENTS), 0) / QUOTA_CENTS]));
}

function villageLedger(villages, title) {
  if (!D.plan) return null;
  const known = villages.filter((i) => Number.isFinite(D.villages.net_quota_mu.at(i)));
  if (!known.length) return null;
  const sums = ledgerSums(known), less = new Set(["resettlement_mu", "reserved_mu"]);
  return h("section", { class: "ledger" }, h("h3", {}, title, h("span", { text: t("v_unit_mu") })), h("table", {}, h("tbody", {}, ...D.plan.areas.map((name) => h("tr", { class: name, "data-area": name },
    h("td", { text: t("q_" + name) }), h("td", { class: "num", text: fixed(less.has(name) ? -sums[name] : sums[name], 2) }))))));
}

function townPanel() {
  const held = D.villages, rows = new Map();
  for (let i = 0; i < held.n; i++) {
    const row = rows.get(held.town[i]) || { kinds: new Array(held.kinds.length).fill(0), homes: 0, mu: 0 };
    row.kinds[held.kind[i]]++; row.homes += held.households_est.at(i) || 0; row.mu += held.area_mu.at(i) || 0;
    rows.set(held.town[i], row);
  }
  const listed = [...rows].sort((a, b) => b[1].mu - a[1].mu);
  const line = (name, row, town) => h("tr", { "data-town": town ?? null }, h("td", {}, town === undefined || town < 0 ? name : h("button", { class: "link", text: name, on: { click: () => chooseVillageTown(town) } })),
    ...row.kinds.map((n) => h("td", { class: "num", text: fixed(n, 0) })), h("td", { class: "num", text: fixed(row.homes, 0) }), h("td", { class: "num", text: fixed(row.mu, 0) }));
  const all = { kinds: held.kinds.map((_, k) => listed.reduce((sum, [, row]) => sum + row.kinds[k], 0)), homes: listed.reduce((sum, [, row]) => sum + row.homes, 0), mu: listed.reduce((sum, [, row]) => sum + row.mu, 0) };
  const heads = [t("v_town"), ...held.kinds.map((kind) => say(kind)), t("v_sum_homes"), t("v_area")];
  return [panelHead(t("v_towns"), t("v_caution")), h("div", { class: "scroll" }, h("section", { class: "towns" }, h("table", {}, h("thead", {}, h("tr", {}, ...heads.map((text, place) => h("th", { class: place ? "num" : "", text })))),
    h("tbody", {}, ...listed.map(([town, row]) => line(D.towns[town] ? say(D.towns[town]) : t("no_town"), row, town)), line(t("v_all"), all)))))];
}
