// What changes while a slider is held: numbers, ticks, the five largest moves, rings on the map.
function putRow(id, value, base, digits) {
  const row = document.querySelector(`[data-row="${CSS.escape(id)}"]`);
  if (!row) return;
  const range = row.querySelector("input[type=range]"), field = row.querySelector("input[type=number]"), top = Number(row.dataset.top), gap = value - base;
  if (document.activeElement !== range || Math.abs(Number(range.value) - value) > 0.05) range.value = value;
  range.setAttribute("aria-valuetext", fixed(value, digits) + row.dataset.unit);
  range.style.setProperty("--share", Math.min(100, (value / top) * 100) + "%");
  if (document.activeElement !== field) field.value = value.toFixed(digits);
  row.querySelector(".tick").style.left = `calc(7px + (100% - 14px) * ${Math.min(1, base / top)})`;
  const text = Math.abs(gap) < 0.05 ? "" : (gap > 0 ? "+" : "") + fixed(gap, digits);
  row.querySelector(".diff").textContent = text;
}

function drawWeights() {
  if (!byId("w-figures")) return;
  const items = panelCriteria(), now = shares(items, W.trial), base = shares(items, emptyTrial()), model = D.whatif.model;
  for (const item of items) putRow("w-" + item.code, now.get(item.code), base.get(item.code), 1);
  for (const head of document.querySelectorAll(".w-family")) {
    const sum = (map) => items.filter((item) => item.family === head.dataset.family).reduce((all, item) => all + map.get(item.code), 0);
    head.querySelector("b").textContent = fixed(sum(now), 1) + "%";
    head.querySelector(".base").textContent = t("w_base", { v: fixed(sum(base), 0) });
  }
  for (const name of ["les", "idle"]) putRow("w-f-" + name, W.trial.f[name] ?? model.flag_minimum[name], model.flag_minimum[name], 0);
  for (const grade of D.grades) if (Number.isFinite(grade.minimum)) putRow("w-g-" + grade.code, W.trial.g[grade.code] ?? grade.minimum, grade.minimum, 0);
  putRow("w-c", (W.trial.c ?? model.minimum_coverage) * 100, model.minimum_coverage * 100, 0);
  for (const field of document.querySelectorAll("[data-limit]")) {
    const item = D.criteria.find((one) => one.code === field.dataset.limit);
    if (document.activeElement !== field) field.value = plainNumber((W.trial.r[item.code] ?? limitOf(item)) * (item.unit === "%" ? 100 : 1), 3);
  }
  drawFacts(trialFacts());
}

function drawFacts(facts) {
  const figure = (key, value, words) => h("div", {}, h("p", { text: t(key, words) }), h("b", { text: value }));
  byId("w-figures").replaceChildren(
    figure("w_top", t("w_top_v", { a: facts.topIn.length, b: facts.topOut.length })),
    figure("w_first", facts.first[0] === facts.first[1] ? fixed(facts.first[0], 0) : fixed(facts.first[0], 0) + " → " + fixed(facts.first[1], 0), { g: tileText(0) }),
    figure("w_corr", fixed(facts.spearman, 2)));
  const moves = W.on ? largestMoves(facts.both) : [];
  byId("w-moves").replaceChildren(h("h3", {}, t("w_list"), h("span", { id: "w-list", text: t("w_list_v", { a: fixed(facts.enter, 0), b: fixed(facts.leave, 0) }) })),
    h("h3", {}, t("w_moves"), h("span", { text: t("w_moves_head") })),
    moves.length ? h("table", {}, h("tbody", {}, ...moves.map(moveRow))) : h("p", { class: "hint", text: t("w_no_moves") }));
  if (W.on) byId("voice").textContent = t("w_said", { a: facts.enter, b: facts.leave, c: facts.topIn.length, d: facts.topOut.length });
}

function moveRow({ i, cause }) {
  return h("tr", {}, h("td", {}, h("button", { class: "link", text: [townText(i), shortId(D.col.parcel_id.at(i))].filter(Boolean).join(" "), on: { click: () => select(i) } })),
    h("td", { class: "num", text: fixed(baseRank(i), 0) + " → " + fixed(W.now.rank[i], 0) }), h("td", { class: "soft", text: cause ? t("w_cause", { v: say(cause) }) : "" }), h("td", { class: "num" }, moveMark(i)));
}

// ▲ by how many places, ▼, same, or new on the list.
function moveMark(i) {
  const by = movedBy(i);
  if (!(W.now.rank[i] > 0)) return h("span", { text: MISSING });
  if (!Number.isFinite(by)) return h("span", { class: "up", text: t("w_new_entry") });
  if (by === 0) return h("span", { class: "same", text: t("w_same") });
  return h("span", { class: by > 0 ? "up" : "down", text: (by > 0 ? "▲ " : "▼ ") + fixed(Math.abs(by), 0) });
}

function trialRow(i, graded) {
  return h("div", { class: "num move" }, graded ? moveMark(i) : MISSING);
}

function paintRings(pen, v) {
  if (!W.on || S.task !== "idle" || !isVisible("rings")) return;
  for (let i = 0; i < D.n; i++) {
    const enters = entersTop(i), leaves = !enters && leavesTop(i);
    if ((!enters && !leaves) || isEmpty(D.shape.parcels, i)) continue;
    const [x, y] = centre(i, v), r = 11;
    if (x < -20 || y < -20 || x > v.w + 20 || y > v.h + 20) continue;
    for (const [colour, width] of [["#FFFFFF", 4], [enters ? "#00705A" : "#A33A00", 2]]) {
      pen.beginPath(); pen.arc(x, y, r, 0, 6.2832); strokeWith(colour, width, enters || colour === "#FFFFFF" ? [] : [4, 3])(pen);
    }
    pen.fillStyle = enters ? "#00705A" : "#A33A00";
    pen.beginPath();
    const tip = enters ? -1 : 1;
    pen.moveTo(x, y + tip * (r + 5)); pen.lineTo(x - 4, y + tip * (r - 1)); pen.lineTo(x + 4, y + tip * (r - 1)); pen.closePath(); pen.fill();
  }
  pen.setLineDash([]);
}

function trialLegend() {
  if (!W.on) return null;
  const facts = trialFacts();
  const ring = (colour, dash) => keyPicture((pen) => { pen.beginPath(); pen.arc(14, 7, 5, 0, 6.2832); strokeWith(colour, 1.8, dash)(pen); });
  return group(heading("w_g", "rings"), item(ring("#00705A", []), t("w_enter"), { count: facts.topIn.length }), item(ring("#A33A00", [2.5, 2]), t("w_leave"), { count: facts.topOut.length }),
    item(keyPicture((pen) => { pen.globalAlpha = 0.35; pen.fillStyle = "#D9600E"; pen.beginPath(); pen.arc(14, 7, 4.5, 0, 6.2832); pen.fill(); }), t("w_still")));
}
