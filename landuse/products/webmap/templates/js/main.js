// Start, and the few questions a test may ask.
function redrawAll() {
  translatePage();
  collectLooks();
  drawFilters();
  drawSummary();
  drawList();
  drawTabs();
  drawTask();
  drawStatus();
  labelControls();
  noteText();
  applyLayers();
  showPopup();
  showCompare();
  drawMeasure();
}

// Everything that belongs to the villages and to the plan.
function drawTask() {
  drawVillageFilters();
  drawVillageSummary();
  drawVillageRows();
  drawRight();
}

function wire() {
  on("task", () => { redrawAll(); fitBesidePanels(); });
  on("village", () => { drawTask(); fitBesidePanels(); drawLegend(); sheets.villages.redraw(); sheets.pick.redraw(); });
  on("filter", () => { collectThemed(); byId("list").scrollTop = 0; drawFilters(); drawSummary(); drawList(); drawLegend(); sheets.parcels.redraw(); sheets.pick.redraw(); });
  on("layers", () => { drawLegend(); applyLayers(); drawStatus(); });
  on("language", redrawAll);
  on("select", () => { drawRight(); fitBesidePanels(); markRows(); });
  window.addEventListener("hashchange", () => { if (location.hash !== lastHash) followHash(); });
}

function followHash() {
  resetFilters();
  S.off = new Set();
  const start = readHash();
  readCompare(new URLSearchParams(location.hash.slice(1)));
  if (D.whatif && (W.on || !isBaseline(W.trial))) applyTrial();
  applyFilters();
  redrawAll();
  if (start.view) map.setView([start.view[0], start.view[1]], start.view[2], { animate: false });
  readTask(new URLSearchParams(location.hash.slice(1)));
  if (S.task !== "idle") return;
  const i = start.id ? parcelOf(start.id) : -1;
  if (i !== S.sel) select(i, { move: !start.view });
}

// The box holds the sentence for a browser that is too old: the page's last script shows it too.
function fail(text) {
  const box = byId("broken");
  box.hidden = false;
  if (text) box.textContent = text;
}

async function start() {
  const began = performance.now();
  window.landuseStarted = true;
  if (!("DecompressionStream" in window)) { fail(""); return; }
  try { await unpack(); } catch (error) { fail(t("broken", { v: String(error.message || error) })); throw error; }
  prepareOrder();
  W.trial = emptyTrial();
  orderTowns();
  D.hasZones = Boolean(D.shape.zones) || D.col.zone_in.includes(1);
  document.body.classList.toggle("no-zones", !D.hasZones);
  document.body.classList.toggle("one-town", D.towns.length < 2);
  resetFilters();
  const hash = location.hash, from = readHash();
  readCompare(new URLSearchParams(hash.slice(1)));
  if (!isBaseline(W.trial)) applyTrial();
  setUpTiles();
  setUpMap();
  addIcons();
  setUpList(); setUpFilters(); setUpFacets(); setUpSearch(); setUpExport(); setUpWhatIf(); setUpCompare(); setUpMeasure(); setUpPrint(); setUpTasks(); setUpVillages(); setUpSites(); setUpKeys();
  wire();
  gatherRows();
  collectThemed();
  redrawAll();
  startMap(from);
  if (innerWidth < 768) foldLegend(true);
  readTask(new URLSearchParams(hash.slice(1)));
  if (S.task === "idle" && from.id && parcelOf(from.id) >= 0) select(parcelOf(from.id), { move: !from.view });
  expose(performance.now() - began);
  whenIdle(buildIndex);
  whenIdle(unpackWhatIf);
}

function addIcons() {
  for (const node of document.querySelectorAll("[data-icon]")) node.prepend(sign(node.dataset.icon));
  byId("about-phone").addEventListener("click", openAbout);
}

function expose(ready) {
  window.landuse = Object.freeze({
    ready,
    readyAt: performance.now(),
    map,
    state: () => ({ lang: S.lang, kinds: [...S.kinds].sort((a, b) => a - b), where: S.where, town: S.town >= 0 ? D.towns[S.town].code : "", selected: S.sel >= 0 ? D.col.parcel_id.at(S.sel) : "", hidden: [...S.off], facets: { ...S.facet }, cluster: S.cluster, mode: S.mode, zoom: map.getZoom() }),
    count: () => ({ list: S.rows.length, shapes: themed.length, parcels: D.n, kinds: [...D.counts] }),
    classes: () => Painted.looks.map((look, place) => ({ fill: look.fill, label: Painted.labels[place] || "", count: Painted.counts[place] })),
    select: (id) => { if (parcelOf(id) >= 0) select(parcelOf(id)); return S.sel >= 0 && D.col.parcel_id.at(S.sel) === id; },
    ids: () => S.rows.map((i) => D.col.parcel_id.at(i)),
    position: (id) => { const b = boundsOf(metres(D.shape.parcels, parcelOf(id))).getCenter(); const p = map.latLngToContainerPoint(b); return [p.x, p.y]; },
    middle: (id) => boundsOf(metres(D.shape.parcels, parcelOf(id))).getCenter(),
    bounds: (id) => metres(D.shape.parcels, parcelOf(id)),
    task: () => ({ name: S.task, step: V.step, selected: V.sel >= 0 ? D.villages.village_id.at(V.sel) : "", kinds: [...V.kinds], panel: V.panel }),
    villages: () => V.items.filter((row) => row.village >= 0).map((row) => D.villages.village_id.at(row.village)),
    chosen: () => (D.plan ? D.plan.village.filter((_, move) => inBudget(move)).map((i) => D.villages.village_id.at(i)) : []),
    villagePosition: (id) => { const i = D.villages.places.get(id), p = map.latLngToContainerPoint(toLatLng(D.villages.x.at(i), D.villages.y.at(i))); return [p.x, p.y]; },
    villageCsv,
    sites: () => ({ items: O.items.map((row) => (row.refused >= 0 ? D.sites.refused[row.refused].site_id : D.sites.site_id.at(row.site))), selected: O.sel >= 0 ? D.sites.site_id.at(O.sel) : "", show: O.show }),
    sitePosition: (id) => { const i = D.sites.places.get(id), p = map.latLngToContainerPoint(toLatLng(D.sites.x.at(i), D.sites.y.at(i))); return [p.x, p.y]; },
    siteCsv,
    csv: csvText,
    trial: () => structuredClone(W.trial),
    setTrial: (trial) => { W.trial = { ...emptyTrial(), ...trial }; showTrial(); return W.took; },
    trialJson,
    judged: () => { const now = judge(W.trial); return { les: [...now.les.score], idle: [...now.idle.score], score: [...now.score], coverage: Array.from(now.spoken, (s, i) => (s ? now.idle : now.les).coverage[i]), flag: [...now.flag], rank: [...now.rank], ids: Array.from({ length: D.n }, (_, i) => D.col.parcel_id.at(i)) }; },
    geojson: () => geojsonText()
  });
  document.documentElement.dataset.ready = "1";
}

start().catch((error) => { if (byId("broken").hidden) fail(t("broken_start", { v: String(error.message || error) })); throw error; });
