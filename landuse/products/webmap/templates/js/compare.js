// Two layers or two years side by side: a divider that is dragged or moved by keys.
const C = { on: false, at: 0.5, modes: ["grade", ""], looks: [null, null] };
const SHARE_CLASSES = [[0, "#DEEBF7"], [1 / 3, "#9ECAE1"], [0.5, "#4292C6"], [0.75, "#08519C"]];

function yearModes() { return D.yearly && D.yearly.impervious ? D.yearly.impervious.years.map((year) => "y" + year) : []; }
function compareModes() { return [...openModes(), ...(W.on ? ["base"] : []), ...yearModes()]; }

function modeWord(mode) {
  if (/^y\d+$/.test(mode)) return t("y_mode", { v: mode.slice(1) });
  return t(mode === "grade" && W.on ? "m_now" : "m_" + mode);
}

function baseClasses() {
  return Array.from(D.counts, (_, kind) => ({ label: kind < D.DOUBT ? say(D.grades[kind]) : kindName(kind), look: colours(kind), test: (i) => W.base.kind[i] === kind }));
}

function yearClasses(year) {
  const place = D.yearly.impervious.years.indexOf(year), value = new Float32Array(D.n).fill(NaN);
  for (const i of S.rows) value[i] = seriesOf("impervious", i)[place].value;
  const upper = (k) => (k + 1 < SHARE_CLASSES.length ? SHARE_CLASSES[k + 1][0] : Infinity);
  return SHARE_CLASSES.map(([low, fill], k) => ({ label: fixed(low * 100, 0) + "–" + fixed(Math.min(1, upper(k)) * 100, 0) + "%", look: { fill, line: "#17324D" }, test: (i) => value[i] >= low && value[i] < upper(k) }));
}

function toggleCompare() {
  const modes = compareModes();
  if (!C.on && modes.length < 2) { byId("voice").textContent = t("compare_none"); return; }
  C.on = !C.on;
  if (C.on) {
    const years = yearModes();
    if (!modes.includes(C.modes[1])) C.modes = years.length > 1 ? [years[0], years[years.length - 1]] : [modes[0], modes[1]];
  }
  showCompare();
  keepHash();
}

function showCompare() {
  byId("compare").hidden = byId("swipe").hidden = !C.on;
  byId("compare-open").setAttribute("aria-pressed", C.on);
  if (C.on) { collectCompared(); drawCompare(); }
  drawLegend();
  sheets.parcels.redraw();
}

function collectCompared() {
  if (!C.on) return;
  const modes = compareModes();
  C.modes = C.modes.map((mode) => (modes.includes(mode) ? mode : "grade"));
  C.looks = C.modes.map(looksFor);
}

function drawCompare() {
  const choose = (side) => {
    const select = h("select", { id: "compare-" + side, "aria-label": t(side ? "compare_right" : "compare_left"), on: { change: (event) => { C.modes[side] = event.target.value; showCompare(); keepHash(); } } }, ...compareModes().map((mode) => h("option", { value: mode, text: modeWord(mode) })));
    select.value = C.modes[side];
    return h("label", {}, h("span", { text: t(side ? "compare_right" : "compare_left") }), select);
  };
  byId("compare").replaceChildren(choose(0), choose(1), h("button", { class: "btn small", id: "compare-close", text: t("compare_close"), on: { click: toggleCompare } }));
  moveSwipe(C.at);
}

function moveSwipe(at) {
  C.at = Math.max(0.02, Math.min(0.98, at));
  const bar = byId("swipe");
  bar.style.left = C.at * 100 + "%";
  bar.setAttribute("aria-valuenow", Math.round(C.at * 100));
  sheets.parcels.redraw();
}

function paintCompared(pen, v) {
  const x = map.containerPointToLayerPoint([C.at * map.getSize().x, 0]).x - v.left, own = { ...Painted };
  for (const [side, from, to] of [[0, -10, x], [1, x, v.w + 10]]) {
    pen.save();
    pen.beginPath(); pen.rect(from, -10, to - from, v.h + 20); pen.clip();
    Object.assign(Painted, C.looks[side]);
    paintOwn(pen, v);
    pen.restore();
  }
  Object.assign(Painted, own);
}

function compareLegend() {
  return C.modes.map((mode, side) => {
    const look = C.looks[side], head = h("div", { class: "item head" }, h("span", { class: "word", text: t(side ? "compare_right" : "compare_left") + (S.lang === "zh" ? "：" : ": ") + modeWord(mode) }));
    const label = (place) => look.labels[place] || (place < D.DOUBT ? say(D.grades[place]) : kindName(place));
    return group(head, look.looks.map((each, place) => (look.counts[place] ? item(boxKey(each.fill, each.line), label(place), { count: look.counts[place] }) : null)));
  });
}

function setUpCompare() {
  const bar = byId("swipe");
  byId("compare-open").addEventListener("click", toggleCompare);
  L.DomEvent.disableClickPropagation(bar);
  bar.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    bar.setPointerCapture(event.pointerId);
    bar.focus();
    const box = map.getContainer().getBoundingClientRect(), follow = (moved) => moveSwipe((moved.clientX - box.left) / box.width);
    bar.addEventListener("pointermove", follow);
    bar.addEventListener("pointerup", () => { bar.removeEventListener("pointermove", follow); keepHash(); }, { once: true });
  });
  bar.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -0.02, ArrowRight: 0.02, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 }[event.key];
    if (by) { event.preventDefault(); event.stopPropagation(); moveSwipe(C.at + by); keepHash(); }
  });
  map.on("move", () => { if (C.on) sheets.parcels.redraw(); });
}

function compareHash(part) { if (C.on) part.set("c", [...C.modes, C.at.toFixed(2)].join("_")); }

function readCompare(part) {
  const given = (part.get("c") || "").split("~")[0], match = /^(.+)_(\w+)_(\d\.\d\d)$/.exec(given), modes = compareModes();
  C.on = false;
  if (!match) return;
  const names = given.slice(0, given.lastIndexOf("_")), pair = modes.flatMap((a) => modes.map((b) => [a, b])).find(([a, b]) => a + "_" + b === names);
  if (pair) { C.on = true; C.modes = pair; C.at = Number(match[3]); }
}
