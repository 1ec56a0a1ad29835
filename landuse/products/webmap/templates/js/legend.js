// The legend is the layer control: what is drawn, how many, at which cut-offs.
function keyPicture(paint) {
  const canvas = h("canvas", { class: "key", width: 56, height: 28, "aria-hidden": "true" }), pen = canvas.getContext("2d");
  pen.scale(2, 2);
  paint(pen);
  return canvas;
}

function boxKey(fill, line, dash = []) {
  return keyPicture((pen) => {
    pen.fillStyle = fill === "doubt" || fill === "veto" ? hatch(pen, fill) : fill;
    pen.fillRect(5, 1.5, 18, 11);
    pen.beginPath(); pen.rect(5, 1.5, 18, 11);
    strokeWith(line, 1.1, dash)(pen);
  });
}

function lineKey(colour, width, dash) {
  return keyPicture((pen) => { pen.beginPath(); pen.moveTo(2, 7); pen.lineTo(26, 7); strokeWith(colour, width, dash)(pen); });
}

function item(key, word, { layer, count, off, title, side } = {}) {
  const box = layer ? h("input", { type: "checkbox", "data-layer": layer, "aria-label": word, on: { change: (event) => setLayer(layer, event.target.checked) } }) : null;
  if (box) box.checked = isVisible(layer);
  return h(layer ? "label" : "div", { class: "item" + (off ? " off" : ""), title }, key, h("span", { class: "word", text: word }), side || count !== undefined ? h("span", { class: "count", text: side || fixed(count, 0) }) : null, box);
}

function group(head, ...items) {
  const held = items.flat().filter(Boolean);
  return held.length ? h("div", { class: "group" }, head, ...held) : null;
}

function heading(key, layer) {
  const node = item(null, t(key), { layer });
  node.classList.add("head");
  return node;
}

function gradeItems() {
  return D.grades.map((grade, kind) => {
    const above = kind > 0 ? D.grades[kind - 1].minimum : null, least = grade.minimum;
    const cut = least === null || least === undefined ? "" : above === null ? " ≥" + fixed(least, 0) : " " + fixed(least, 0) + "–" + fixed(above, 0);
    return item(boxKey(colours(kind).fill, colours(kind).line), say(grade) + cut, { count: Painted.counts[kind] });
  });
}

function frameItems() {
  const items = [];
  if (D.shape.zones) {
    items.push(item(lineKey("#2E3F55", 1.6, []), t("zones"), { layer: "zones" }));
  }
  if (D.hasZones && S.task === "idle") {
    items.push(item(boxKey("#FFFFFF", "#3A1603"), t("in_zone_key")), item(boxKey("#FFFFFF", "#3A1603", [4, 3]), t("out_zone_key")));
  }
  if (D.shape.towns) items.push(item(lineKey("#8A95A5", 1, [2, 2]), t("towns"), { layer: "towns" }));
  if (D.shape.county) items.push(item(lineKey("#465364", 1.8, []), t("county")));
  return items;
}

function controlItems() {
  return D.control.map((line) => (line.shape
    ? item(lineKey(...CONTROL_LOOK[line.code]), say(line), { layer: line.code, title: FROM_AFAR.has(line.code) ? null : t("from_zoom") })
    : item(keyPicture((pen) => { pen.beginPath(); pen.moveTo(9, 7); pen.lineTo(17, 7); strokeWith("#5F6C7C", 1)(pen); }), say(line), { off: true, side: t("not_loaded") })));
}

function groundItems() {
  const items = [];
  if (D.meta.hillshade) items.push(item(boxKey("#DADCDA", "#C3C7C3"), t("hillshade"), { layer: "hillshade" }));
  if (D.shape.water) items.push(item(boxKey("#BFD9EA", "#BFD9EA"), t("water"), { layer: "water" }));
  if (D.shape.roads) items.push(item(lineKey("#B2BAC4", 3, []), t("roads"), { layer: "roads" }));
  if (D.shape.buildings) items.push(item(boxKey("rgba(107,119,135,0.55)", "rgba(107,119,135,0.55)"), t("buildings"), { layer: "buildings", title: t("from_zoom") }));
  if (D.tiles) items.push(item(null, t("tiles"), { layer: "tiles" }), keyField());
  return items;
}

function legendGroups() {
  const doubt = [
    D.counts[D.DOUBT] ? item(boxKey("doubt", "#5B6472", [4, 3]), t("doubt"), { layer: "doubt", count: D.counts[D.DOUBT], title: t("from_zoom") }) : null,
    D.counts[D.VETO] ? item(boxKey("veto", "#5B6472"), t("veto"), { layer: "veto", count: D.counts[D.VETO], title: t("from_zoom") }) : null,
    D.counts[D.OTHER] ? item(boxKey("#DDE2EA", "#B4BDC9"), t("other"), { layer: "other", count: D.counts[D.OTHER], title: t("from_zoom") }) : null
  ];
  const parcels = [
    ...(C.on ? compareLegend() : [group(heading("g_parcels", "parcels"), modeChooser(), S.mode === "grade" ? gradeItems() : modeItems())]), group(null, doubt), trialLegend()
  ];
  const groups = [...(S.task === "idle" ? parcels : villageLegend()), group(null, frameItems()),
    group(heading("g_control", D.control.some((line) => line.shape) ? "control" : null), controlItems()), group(null, groundItems())
  ];
  return groups.filter(Boolean);
}

function drawLegend() { byId("legend-body").replaceChildren(...legendGroups()); }

function foldLegend(closed = !byId("legend").classList.contains("closed")) {
  byId("legend").classList.toggle("closed", closed);
  byId("legend-fold").setAttribute("aria-expanded", !closed);
}

// Control lines not supplied and rules not checked, each named once.
function uncheckedNames() {
  const absent = D.control.filter((line) => !line.shape);
  const covers = (rule) => D.control.some((line) => [rule.code, rule.layer, rule.data, rule.zh].some((text) => typeof text === "string" && (text === line.code || text.includes(line.zh))));
  const rules = D.rules.filter((rule) => rule.checked === false && !covers(rule));
  const unread = D.rules.filter((rule) => rule.checked === false && covers(rule) && !absent.some((line) => [rule.code, rule.layer, rule.data].includes(line.code) || (rule.zh || "").includes(line.zh)));
  return [...absent, ...rules, ...unread].map((record) => say(record));
}

function drawStatus() {
  const open = uncheckedNames(), note = say(D.meta, "data_note");
  byId("status").replaceChildren(...[
    h("span", { class: "data", text: note, title: note }),
    open.length ? h("span", { class: "warn", id: "unchecked", text: t("unchecked", { what: open.join(S.lang === "zh" ? "、" : ", ") }), title: open.join(S.lang === "zh" ? "、" : ", ") }) : null,
    tilesNote(),
    W.on ? h("b", { class: "trial-word", text: t("w_trial") }) : null,
    h("span", { class: "gap" }),
    h("button", { text: t("licences"), id: "about-open", on: { click: openAbout } }),
    h("span", { text: D.meta.crs }), D.meta.run_code ? h("span", { text: t("run", { v: D.meta.run_code }) }) : null,
    h("span", { text: t("release") })].filter(Boolean));
}

function openAbout() {
  const lines = (items) => h("ul", {}, ...items.map((text) => h("li", { text })));
  const absent = D.absences.map((entry) => [say(entry), say(entry, "cost")].filter(Boolean).join(S.lang === "zh" ? "——" : " — "));
  const run = [D.meta.crs, D.meta.run_code && t("run", { v: D.meta.run_code }), D.meta.result_date && t("result_date", { v: D.meta.result_date }), say(D.meta, "data_note")];
  const counts = [D.sites && D.sites.n && t("o_shown_why"), D.sites && D.sites.n && t("o_shown_alt_why"), D.villages && t("v_shown_why", { rest: fixed(D.villages.every - D.villages.n, 0) })].filter(Boolean);
  byId("about").replaceChildren(...[h("h2", { text: say(D.meta, "title") }),
    h("h3", { text: t("about_run") }), lines(run.filter(Boolean)),
    D.meta.attribution.length ? h("h3", { text: t("about_sources") }) : null, D.meta.attribution.length ? lines(D.meta.attribution) : null,
    absent.length ? h("h3", { text: t("about_absent") }) : null, absent.length ? lines(absent) : null,
    counts.length ? h("h3", { text: t("about_counts") }) : null, counts.length ? lines(counts) : null,
    h("h3", { text: t("about_keys") }), lines([t("keys_help")]),
    h("button", { class: "btn", text: t("close"), on: { click: () => byId("about").close() } })].filter(Boolean));
  byId("about").showModal();
  byId("about").scrollTop = 0;
}
