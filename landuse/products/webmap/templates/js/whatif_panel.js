// The weights panel: sliders by evidence family, limits, what they change.
const P = { score: "les", group: "" };

function toggleWeights() {
  if (S.task !== "idle") setTask("idle");
  const opened = !(W.open && S.sel < 0);
  W.open = opened;
  if (S.sel >= 0) select(-1); else { drawRight(); fitBesidePanels(); }
  noteText();
  keepHash();
  if (opened) byId("right").focus({ preventScroll: true });
}

function openWeights() {
  document.body.classList.add("card");
  byId("right").hidden = false;
  byId("right").replaceChildren(...weightsPanel());
  W.base ||= Object.fromEntries(REPLACED.map((name) => [name, D.col[name]]));
  drawWeights();
}

function closeWeights() { W.open = false; drawRight(); fitBesidePanels(); noteText(); keepHash(); byId("weights").focus({ preventScroll: true }); }

function panelGroups(score) {
  const groups = new Set();
  for (const item of modelCriteria(score)) for (const group of item.groups.length ? item.groups : [""]) groups.add(group);
  return [...groups];
}

function panelCriteria() { return modelCriteria(P.score).filter((item) => !item.groups.length || item.groups.includes(P.group)); }
function hasData(item) { return item.of[P.score].state.includes(1); }
function groupWord(group) { return WORDS[S.lang]["g_" + group] ? t("g_" + group) : group || t("all"); }

function shares(items, trial) {
  const sum = items.reduce((all, item) => all + weightOf(item, trial), 0);
  return new Map(items.map((item) => [item.code, sum > 0 ? (weightOf(item, trial) / sum) * 100 : 0]));
}

// A share is reached by this weight alone: the others keep their ratios.
function setShare(item, share) {
  const others = panelCriteria().reduce((sum, other) => sum + (other === item ? 0 : weightOf(other)), 0);
  if (!(others > 0) || !Number.isFinite(share)) { drawWeights(); return; }
  const part = Math.max(0, Math.min(95, share)) / 100, weight = (part / (1 - part)) * others;
  changeTrial((trial) => { if (Math.abs(weight - item.weight) < 1e-12) delete trial.w[item.code]; else trial.w[item.code] = weight; });
}

function weightsPanel() {
  const groups = panelGroups(P.score);
  if (!groups.includes(P.group)) P.group = groups[0] ?? "";
  const choose = (id, key, options, value, run) => {
    const select = h("select", { id, on: { change: (event) => { run(event.target.value); drawRight(); } } }, ...options.map(([code, word]) => h("option", { value: code, text: word })));
    select.value = value;
    return h("label", {}, h("span", { text: t(key) }), select);
  };
  const head = panelHead(t("weights"), t("w_sub"));
  return [head, h("div", { class: "figures", id: "w-figures" }), h("div", { class: "scroll", on: { keydown: panelKey } },
    h("div", { class: "w-choose" }, choose("w-score", "w_score", ["les", "idle"].filter((name) => modelCriteria(name).length).map((name) => [name, t(name)]), P.score, (value) => { P.score = value; }),
      groups.length > 1 ? choose("w-group", "w_group", groups.map((group) => [group, groupWord(group)]), P.group, (value) => { P.group = value; }) : null),
    h("section", { class: "sliders" }, ...familyRows(), groups.length > 1 ? h("p", { class: "hint", text: t("w_shared") }) : null),
    h("section", { class: "sliders" }, h("h3", { text: t("w_limits") }), ...limitRows()),
    h("details", { class: "sliders" }, h("summary", { text: t("w_criteria_limits") }), ...criterionLimits()),
    h("section", { id: "w-moves" })),
    h("div", { class: "panel-foot" }, h("span", { id: "w-sum", text: t("w_sum") }), h("button", { class: "btn", id: "w-reset", text: t("w_reset"), on: { click: resetTrial } }), h("button", { class: "btn primary", id: "w-export", text: t("w_export"), on: { click: exportTrial } }))];
}

function panelKey(event) {
  if ((event.key === "r" || event.key === "R") && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); resetTrial(); byId("right").focus({ preventScroll: true }); }
}

function familyRows() {
  const items = panelCriteria(), nodes = [];
  for (const family of D.families) {
    const own = items.filter((item) => item.family === family.code);
    if (!own.length) continue;
    nodes.push(h("div", { class: "w-family", "data-family": family.code }, h("span", { text: say(family) }), h("b", {}), h("span", { class: "base" })));
    nodes.push(...own.map((item) => (hasData(item) ? slider({ id: "w-" + item.code, name: say(item), top: topShare(), set: (value) => setShare(item, value), digits: 1, title: item.source }) : lockedRow(item))));
  }
  return nodes;
}

function topShare() { return Math.max(40, Math.ceil((Math.max(...shares(panelCriteria(), emptyTrial()).values()) + 5) / 10) * 10); }

function lockedRow(item) {
  return h("div", { class: "w-row locked", title: t("w_nodata") }, h("span", { class: "w-name", text: say(item) }), h("span", { class: "meter hatch" }), h("span", { class: "w-none", text: t("w_nodata") }));
}

// One row: slider with the baseline tick, a number field and the difference.
function slider({ id, name, top, set, digits, title, unit }) {
  const range = h("input", { type: "range", id, min: 0, max: top, step: "any", "aria-label": name, on: { input: (event) => set(Number(event.target.value)), keydown: (event) => sliderKey(event, set, top) } });
  const field = h("input", { type: "number", min: 0, max: top, step: 0.1, "data-digits": digits, "aria-label": name, on: { change: (event) => { const value = parseFloat(event.target.value); if (Number.isFinite(value)) set(Math.max(0, Math.min(top, value))); else drawWeights(); } } });
  return h("div", { class: "w-row", "data-row": id, "data-top": top, "data-unit": unit || "%", title }, h("span", { class: "w-name", text: name }), h("span", { class: "w-track" }, h("i", { class: "tick" }), range), field, h("span", { class: "num diff" }));
}

function sliderKey(event, set, top) {
  const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key], now = Number(event.target.value);
  if (by === undefined && event.key !== "Home" && event.key !== "End") return;
  event.preventDefault();
  const value = event.key === "Home" ? 0 : event.key === "End" ? top : Math.max(0, Math.min(top, now + by));
  event.target.value = value;
  set(value);
}

function putOrDrop(part, key, value, base) { changeTrial((trial) => { if (Math.abs(value - base) < 1e-9) delete trial[part][key]; else trial[part][key] = value; }); }

function limitRows() {
  const model = D.whatif.model, rows = ["les", "idle"].filter((name) => modelCriteria(name).length).map((name) => slider({ id: "w-f-" + name, name: t("w_limit_" + name), top: 100, digits: 0, unit: "", set: (value) => putOrDrop("f", name, Math.round(value), model.flag_minimum[name]) }));
  rows.push(...D.grades.filter((grade) => Number.isFinite(grade.minimum)).map((grade) => slider({ id: "w-g-" + grade.code, name: say(grade), top: 100, digits: 0, unit: "", set: (value) => putOrDrop("g", grade.code, Math.round(value), grade.minimum) })));
  rows.push(slider({ id: "w-c", name: t("w_coverage"), top: 100, digits: 0, set: (value) => changeTrial((trial) => { const share = Math.round(value) / 100; if (Math.abs(share - model.minimum_coverage) < 1e-9) delete trial.c; else trial.c = share; }) }));
  return rows;
}

function criterionLimits() {
  return panelCriteria().filter((item) => hasData(item) && Number.isFinite(limitOf(item))).map((item) => {
    const factor = item.unit === "%" ? 100 : 1, base = limitOf(item), rising = item.ramp[item.ramp.length - 1][1] >= item.ramp[0][1];
    const field = h("input", { type: "number", step: "any", "data-limit": item.code, "aria-label": say(item), on: { change: (event) => { const value = parseFloat(event.target.value) / factor; if (Number.isFinite(value)) putOrDrop("r", item.code, value, base); else drawWeights(); } } });
    return h("label", { class: "w-limit" }, h("span", { class: "w-name", text: say(item) }), h("span", { text: rising ? ">" : "<" }), field, h("span", { text: [unitText(item), "·", t("w_base", { v: plainNumber(base * factor, 3) }).replace("%", "")].join(" ") }));
  });
}

function setUpWhatIf() {
  const button = byId("weights");
  button.disabled = !D.whatif;
  button.dataset.title = D.whatif ? "w_sub" : "w_none";
  button.addEventListener("click", toggleWeights);
}
