// The evidence card: what is suspected, on which evidence, with what missing.
const SPOKEN = ["les", "idle"];

function drawCard() {
  const i = S.sel, right = byId("right");
  document.body.classList.toggle("card", i >= 0);
  right.hidden = i < 0;
  if (i < 0) { right.replaceChildren(); return; }
  const kind = D.col.kind[i];
  const body = kind === D.VETO ? vetoBody(i) : kind === D.DOUBT ? doubtBody(i) : evidenceBody(i);
  right.replaceChildren(cardHead(i), h("div", { class: "scroll" }, ...body.filter(Boolean)), cardFoot(i));
}

function cardFoot(i) {
  const status = D.col.check_status.at(i) || "未核";
  return h("div", { class: "panel-foot" }, h("span", { text: t("check") + (S.lang === "zh" ? "：" : ": ") + checkWord(status) }), h("button", { class: "btn", id: "card-print", text: t("print_page"), on: { click: printNow } }),
    h("button", { class: "btn primary", id: "card-export", text: t("export_card"), on: { click: () => download([shortId(D.col.parcel_id.at(i)), D.meta.run_code].filter(Boolean).join("-").replace(/[^\w-]+/g, "_") + ".geojson", geojsonText([i]), "application/geo+json") } }));
}

function cardHead(i) {
  const kind = D.col.kind[i], id = D.col.parcel_id.at(i);
  const zone = !D.hasZones ? "" : D.col.zone_in[i] ? (D.col.zone_name.at(i) ? t("in_zone_name", { v: D.col.zone_name.at(i) }) : t("in_zone")) : t("out_zone");
  const use = D.col["land_use_" + S.lang].at(i) || D.col.land_use_zh.at(i) || D.col.land_use.at(i);
  const state = kind === D.VETO ? t("why_veto") : kind === D.DOUBT ? t("why_doubt") : kind === D.OTHER ? t("kind_none") : t(spokenOf(i));
  const line = kind === D.VETO || kind === D.DOUBT ? [state] : [state, use, zone];
  return h("header", {}, tile(i, true),
    h("div", {}, h("h2", { text: [townText(i), shortId(id)].filter(Boolean).join(" "), title: id }), h("p", { text: line.filter(Boolean).join(" · ") }), id === shortId(id) ? null : h("p", { text: id })),
    h("button", { class: "close", "aria-label": t("close"), title: t("close"), text: "×", on: { click: closeCard } }));
}

function closeCard() {
  const before = S.rows.indexOf(S.sel);
  select(-1);
  if (before >= 0) { S.cursor = before; revealRow(before); drawRows(); }
  byId(before >= 0 ? "list" : "search").focus({ preventScroll: true });
}

function spokenOf(i) { return SPOKEN[D.col.spoken[i]]; }

function evidenceBody(i) {
  return [trialPart(i), figures(i), sentence(i), ...evidenceParts(i), criteriaTable(i, true), trendPart(i), vetoChecks(i)];
}

// Under a trial the card says what the baseline says.
function trialPart(i) {
  if (!W.on) return null;
  const kind = W.base.kind[i], rank = baseRank(i);
  return h("section", { class: "slim trial-base" }, h("h3", {}, t("w_trial"), h("span", { text: t("w_baseline_is", { s: fixed(kind < D.DOUBT || kind === D.OTHER ? W.base.score.at(i) : NaN, 1), r: fixed(rank, 0), k: kindName(kind) }) })));
}

function figures(i) {
  const graded = isGraded(i), all = D.grades.reduce((sum, _, kind) => sum + D.counts[kind], 0);
  const item = (key, value, unit, title) => h("div", { title }, h("p", { text: t(key) }), h("b", { text: value }), unit ? " " + unit : null);
  const area = D.col.area_mu.at(i);
  return h("div", { class: "figures" },
    item("score", fixed(D.col.score.at(i), 1), t("of_score")),
    item("rank", graded ? fixed(D.col.rank.at(i), 0) : MISSING, graded ? "/" + fixed(all, 0) : ""),
    item("coverage", percent(D.col.coverage.at(i)), ""),
    item("area", fixed(area, 2), t("mu"), t("hectares", { v: fixed(area / 15, 4) })));
}

function sentence(i) {
  const agree = D.col.families.at(i), hints = [];
  if (Number.isFinite(agree)) hints.push(t("families", { a: fixed(agree, 0), b: fixed(D.col.families_available.at(i), 0) }));
  const advice = D.col[S.lang === "en" ? "suggestion_en" : "suggestion"].at(i) || D.col.suggestion.at(i);
  const parts = [h("p", { class: "say", text: evidence(i) || MISSING })];
  if (D.col.kind[i] === D.VETO || D.col.kind[i] === D.DOUBT) return h("section", {}, ...parts);
  if (advice) parts.push(h("p", { class: "hint", text: t("suggestion", { v: advice }) }));
  if (hints.length) parts.push(h("p", { class: "hint", text: hints.join(" · ") }));
  return h("section", {}, ...parts);
}

// The rows of one score for one parcel: known ones by contribution, then the missing ones.
function evidenceRows(i, score) {
  const rows = [], told = D.whatif ? pointsOf(i, score, W.trial) : null;
  for (const criterion of D.criteria) {
    const held = criterion.of && criterion.of[score];
    if (!held || !held.state[i]) continue;
    const known = held.state[i] === 1, reason = known ? null : held.reasons[held.state[i] - 2];
    const found = told ? told.get(criterion.code) ?? { value: NaN, adds: known ? 0 : NaN, deficit: NaN } : { value: held.value.at(i), adds: held.contribution.at(i), deficit: held.deficit.at(i) };
    rows.push({ criterion, known, reason, ...found });
  }
  return rows.sort((a, b) => b.known - a.known || (b.adds || 0) - (a.adds || 0));
}

function criteriaTable(i, scored) {
  const score = spokenOf(i), rows = evidenceRows(i, score);
  if (!rows.length) return null;
  const most = Math.max(1, ...rows.map((row) => row.adds || 0));
  const other = score === "les" ? "idle" : "les", otherValue = D.col[other === "les" ? "les" : "idle_score"].at(i);
  const note = scored ? t("evidence_sum", { kind: t(score), v: fixed(D.col.score.at(i), 1) }) : t("evidence_open");
  const head = ["criterion", "value", "limit", "year", "mark"].map((key) => h("th", { class: key === "value" || key === "limit" ? "num" : "", text: t("th_" + key) }));
  head.push(h("th", { class: "num", colspan: 2, text: t("th_adds") }));
  return h("section", { class: "criteria" }, h("h3", {}, t("evidence"), h("span", { text: note })),
    h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows.map((row) => (row.known ? knownRow(row, most, scored) : missingRow(row))))),
    scored && Number.isFinite(otherValue) ? h("p", { class: "hint", text: t("other_score", { name: t(other), v: fixed(otherValue, 1) }) }) : null);
}

function knownRow({ criterion, value, adds, deficit }, most, scored) {
  const over = deficit >= D.agree_at, digits = criterion.decimals ?? 2;
  const limit = W.trial.r[criterion.code] !== undefined ? limitWords(criterion, W.trial.r[criterion.code]) : say(criterion, "limit") || say(criterion, "threshold") || MISSING;
  return h("tr", {},
    h("td", { text: say(criterion), title: criterion.source }),
    h("td", { class: "num" + (over ? " over" : ""), text: withUnit(value, unitText(criterion), digits) }),
    h("td", { class: "limit" + (limit.length > 12 ? " long" : ""), text: limit }),
    h("td", { class: "soft", text: criterion.year || MISSING }),
    h("td", {}, markTag(criterion.mark)),
    h("td", { class: "bar-cell" }, h("span", { class: "meter" }, h("i", { style: { width: (scored ? (Math.max(0, adds || 0) / most) * 100 : 0) + "%" } }))),
    h("td", { class: "num", text: scored ? fixed(adds, 1) : MISSING }));
}

function unitText(criterion) { return (S.lang === "en" && criterion.unit_en) || criterion.unit; }

function missingRow({ criterion, reason }) {
  const text = (reason && (S.lang === "en" ? reason[1] : reason[0])) || t("no_reason");
  return h("tr", { class: "missing" }, h("td", { text: say(criterion) }), h("td", { colspan: 4, class: "num", style: { whiteSpace: "normal" }, text }),
    h("td", { class: "bar-cell" }, h("span", { class: "meter hatch" })), h("td", { class: "num", text: MISSING }));
}

function markTag(mark) {
  return mark ? h("span", { class: "tag " + (["V", "V-weak", "M", "P"].includes(mark) ? mark : ""), title: WORDS[S.lang]["m_" + mark] ? t("m_" + mark) : "", text: mark }) : MISSING;
}
