// Print: an A3 sheet of the map, or an A4 page of a card with its place; scale in round figures.
const SCALES = [500, 1000, 2000, 5000, 10000, 20000, 25000, 50000, 100000, 200000, 250000, 500000, 1000000, 2000000];
const PX_M = 0.0254 / 96, TOP_ROWS = 10, TOWN_ROWS = 9, CARD_SCALE = 5000, PRINT_DENSITY = 3;
let printed = null;

// The zoom at which a CSS pixel of paper, 1/96 inch, is that many times as long on the ground.
function zoomOfScale(scale, latitude) { return Math.log2((2 * HALF_WORLD * Math.cos((latitude * Math.PI) / 180)) / (256 * scale * PX_M)); }

function beforePrint() {
  if (printed) return;
  const card = S.task === "idle" && S.sel >= 0, seen = seenExtent();
  printed = { view: [map.getCenter(), map.getZoom()], snap: map.options.zoomSnap, card };
  document.body.classList.add("printing", card ? "print-card" : "print-map");
  byId("page-size").textContent = "@page { size: " + (card ? "A4 portrait" : "A3 landscape") + "; margin: 10mm; }";
  const box = map.getContainer(), centre = card ? boundsOf(metres(D.shape.parcels, S.sel)).getCenter() : boundsOf(seen).getCenter();
  map.options.zoomSnap = 0;
  map.invalidateSize({ animate: false, pan: false });
  const need = (Math.max((seen.x1 - seen.x0) / box.clientWidth, (seen.y1 - seen.y0) / box.clientHeight) * Math.cos((centre.lat * Math.PI) / 180)) / PX_M;
  const scale = card ? CARD_SCALE : SCALES.find((each) => each >= need * 0.98) || Math.ceil(need / 1e6) * 1e6;
  map.setView(centre, zoomOfScale(scale, centre.lat), { animate: false });
  scaleControl.refresh();
  drawSheet(scale, card);
  fitSide();
  drawPicture();
}

// Where the column is too long for its page, towns are summed until it fits: no source is cut off.
function fitSide() {
  const side = byId("print-side");
  for (let rows = TOWN_ROWS - 1; rows >= 0 && side.scrollHeight > side.clientHeight + 1; rows--) {
    const old = side.querySelector(".print-towns");
    if (!old) return;
    old.replaceWith(printTowns(rows));
  }
}

// What the screen shows of the study area, EPSG:3857 metres.
function seenExtent() {
  const bounds = map.getBounds(), a = L.CRS.EPSG3857.project(bounds.getSouthWest()), b = L.CRS.EPSG3857.project(bounds.getNorthEast());
  const home = D.meta.home, cut = home ? { x0: Math.max(a.x, home[0]), y0: Math.max(a.y, home[1]), x1: Math.min(b.x, home[2]), y1: Math.min(b.y, home[3]) } : null;
  return cut && cut.x1 > cut.x0 && cut.y1 > cut.y0 ? cut : { x0: a.x, y0: a.y, x1: b.x, y1: b.y };
}

// The map drawn anew for paper, at three dots a pixel: what lies on the screen would print coarse.
function drawPicture() {
  const box = map.getContainer(), wide = box.clientWidth, high = box.clientHeight, canvas = h("canvas", { width: wide * PRINT_DENSITY, height: high * PRINT_DENSITY });
  const pen = canvas.getContext("2d"), min = map.containerPointToLayerPoint([0, 0]), v = view(map, L.bounds(min, min.add([wide, high])));
  pen.scale(PRINT_DENSITY, PRINT_DENSITY);
  pen.fillStyle = "#FFFFFF";
  pen.fillRect(0, 0, wide, high);
  if (sheets.hillshade && isVisible("hillshade")) {
    const [west, south, east, north] = D.meta.hillshade.bounds, a = map.latLngToContainerPoint([north, west]), b = map.latLngToContainerPoint([south, east]);
    pen.drawImage(sheets.hillshade.getElement(), a.x, a.y, b.x - a.x, b.y - a.y);
  }
  for (const paint of [paintGround, paintParcels, paintOverlay, paintVillages, paintPick]) { pen.setLineDash([]); pen.globalAlpha = 1; paint(pen, v); }
  byId("print-picture").replaceChildren(canvas);
}

function afterPrint() {
  if (!printed) return;
  document.body.classList.remove("printing", "print-card", "print-map");
  byId("page-size").textContent = "";
  byId("print-picture").replaceChildren(); byId("print-head").replaceChildren(); byId("print-side").replaceChildren(); byId("print-foot").replaceChildren();
  map.options.zoomSnap = printed.snap;
  map.invalidateSize({ animate: false, pan: false });
  map.setView(...printed.view, { animate: false });
  printed = null;
  redrawAll();
}

// Two frames, so that the sheet is on the screen before the paper is.
function printNow() {
  beforePrint();
  requestAnimationFrame(() => requestAnimationFrame(() => { window.print(); afterPrint(); }));
}

function drawSheet(scale, card) {
  const warn = uncheckedNames(), zh = S.lang === "zh", foot = [t("print_crs", { v: D.meta.crs }), t("print_scale", { v: fixed(scale, 0).replace(/,/g, " "), p: card ? "A4" : "A3" })];
  if (D.meta.result_date || D.meta.run_code) foot.push([D.meta.result_date && t("print_date", { v: D.meta.result_date }), D.meta.run_code && t("run", { v: D.meta.run_code })].filter(Boolean).join(" · "));
  byId("print-head").replaceChildren(h("h1", { text: say(D.meta, "title") }), h("span", { text: say(D.meta, "subtitle") }), W.on ? h("b", { class: "trial-word", text: t("w_trial") }) : "", h("b", { class: "stamp", text: t("stamp") }));
  byId("print-foot").replaceChildren(...foot.map((text) => h("span", { text })), warn.length ? h("span", { class: "warn", text: t("unchecked", { what: warn.join(zh ? "、" : ", ") }) }) : "", h("span", { class: "gap" }), h("span", { text: t("print_no") }));
  byId("print-side").replaceChildren(...(card ? [] : [printLegend(), S.task === "idle" ? printTop() : null, printTowns(), printNotes()].filter(Boolean)));
}

function printLegend() { return h("section", { class: "print-legend" }, h("h2", { text: t("legend") }), h("div", {}, ...legendGroups())); }

function table(heads, rows, foot) {
  const cells = (tag, texts) => texts.map((text, k) => h(tag, { class: typeof text === "number" || heads[k][1] ? "num" : "", text: typeof text === "number" ? fixed(text, 0) : text }));
  return h("table", {}, h("thead", {}, h("tr", {}, ...cells("th", heads.map(([text]) => text)))), h("tbody", {}, ...rows.map((row) => h("tr", {}, ...cells("td", row))), foot ? h("tr", { class: "sum" }, ...cells("td", foot)) : null));
}

function printTop() {
  const rows = S.rows.filter(isGraded).slice(0, TOP_ROWS);
  if (!rows.length) return null;
  return h("section", {}, h("h2", { text: t("print_top", { n: rows.length }) }), table([[t("col_rank"), 1], [t("grade"), 0], [t("col_parcel"), 0], [t("town"), 0], [t("mu"), 1], [t("col_score"), 1]],
    rows.map((i) => [fixed(D.col.rank.at(i), 0), tileText(D.col.kind[i]), shortId(D.col.parcel_id.at(i)), [townText(i), D.hasZones ? t(D.col.zone_in[i] ? "in_zone" : "out_zone") : ""].join(" "), fixed(D.col.area_mu.at(i), 2), fixed(D.col.score.at(i), 1)])));
}

// Town totals of what is listed, the largest first; what does not fit is summed.
function townTotals() {
  const sums = new Map(), of = (town) => { if (!sums.has(town)) sums.set(town, { n: 0, first: 0, mu: 0, villages: 0 }); return sums.get(town); };
  for (const i of S.rows) if (isGraded(i)) { const row = of(D.col.town[i]); row.n++; row.mu += D.col.area_mu.at(i) || 0; if (D.col.kind[i] === 0) row.first++; }
  if (D.villages) for (let i = 0; i < D.villages.n; i++) of(D.villages.town[i]).villages++;
  return [...sums].sort((a, b) => b[1].mu - a[1].mu || a[0] - b[0]);
}

function printTowns(most = TOWN_ROWS) {
  const all = townTotals(), kept = all.length > most + 1 ? all.slice(0, most) : all, rest = all.slice(kept.length), add = (rows, key) => rows.reduce((sum, [, row]) => sum + row[key], 0);
  const line = (name, rows) => [name, add(rows, "n"), add(rows, "first"), fixed(add(rows, "mu"), 2), ...(D.villages ? [add(rows, "villages")] : [])];
  const rows = kept.map((each) => line(D.towns[each[0]] ? say(D.towns[each[0]]) || t("no_town") : t("no_town"), [each]));
  if (rest.length) rows.push(line(t("print_rest", { n: rest.length }), rest));
  const heads = [[t("print_town"), 0], [t("print_n"), 1], [t("print_first", { g: tileText(0) }), 1], [t("print_mu"), 1]];
  if (D.villages) heads.push([t("print_villages"), 1]);
  return h("section", { class: "print-towns" }, h("h2", { text: t("print_towns") }), table(heads, rows, line(t("print_sum"), all)));
}

function printNotes() {
  const graded = D.grades.reduce((sum, _, kind) => sum + D.counts[kind], 0), listed = S.rows.filter(isGraded).length;
  const texts = [t("print_note"), map.getZoom() < CIRCLES_BELOW ? t("print_circles") : "", listed < graded ? t("print_filter", { n: fixed(listed, 0) }) : "", W.on ? t("w_note") : "", say(D.meta, "notice")];
  return h("section", {}, h("h2", { text: t("print_notes") }), h("p", { text: texts.filter(Boolean).join(S.lang === "zh" ? "" : " ") }), h("p", { class: "soft", text: [say(D.meta, "data_note"), ...mergedYears(D.meta.attribution)].join(S.lang === "zh" ? "；" : "; ") }));
}

// Lines that differ by their year alone become one line with all years.
function mergedYears(lines) {
  const held = new Map(), year = /\b(?:19|20)\d\d\b/;
  for (const line of lines) { const key = line.replace(year, "\u0000"); held.set(key, [...(held.get(key) || []), year.exec(line)?.[0] || ""]); }
  return [...held].map(([key, years]) => key.replace("\u0000", years.length > 2 ? years[0] + "–" + years[years.length - 1] : years.join(", ")));
}

function setUpPrint() {
  byId("print").addEventListener("click", printNow);
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", afterPrint);
}
