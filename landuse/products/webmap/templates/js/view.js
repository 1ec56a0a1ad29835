// The map itself: sheets, controls, pointer, and what is brought into view.
const sheets = {};
const CLOSE_ZOOM = 16.5, HIT_PX = 6, NARROW_PX = 280;
let scaleControl = null, popup = null;

function setUpMap() {
  map.options.minZoom = 5;
  if (D.meta.hillshade) {
    const [west, south, east, north] = D.meta.hillshade.bounds;
    map.createPane("relief").style.zIndex = 150;
    sheets.hillshade = L.imageOverlay(D.meta.hillshade.src, [[south, west], [north, east]], { pane: "relief" });
  }
  const never = () => false, noTask = () => S.task === "idle", noPick = () => S.task === "idle" && S.hover < 0 && S.sel < 0 && !M.on && !W.on;
  for (const [name, paint, z, isEmpty] of [["ground", paintGround, 300, never], ["parcels", paintParcels, 310, never], ["overlay", paintOverlay, 320, never], ["villages", paintVillages, 325, noTask], ["pick", paintPick, 330, noPick]]) {
    const pane = map.createPane(name);
    pane.style.zIndex = z;
    pane.style.pointerEvents = "none";
    sheets[name] = new Sheet({ pane: name, paint, isEmpty });
  }
  map.getContainer().setAttribute("role", "application");
  addControls();
}

function startMap(start) {
  if (start.view) map.setView([start.view[0], start.view[1]], start.view[2], { animate: false });
  else goHome();
  noteText();
  keepHash();
  for (const name of ["hillshade", "ground", "parcels", "overlay", "villages", "pick"]) if (sheets[name]) sheets[name].addTo(map);
  map.on("click", (event) => { if (M.on) addPoint(event.latlng); else if (S.task === "idle") select(hitAt(event.latlng), { move: false }); else pickVillage(villageAt(event.latlng)); });
  map.on("mousemove", (event) => { if (event.originalEvent.buttons) return; if (S.task === "idle") setHover(hitAt(event.latlng)); else hoverVillage(villageAt(event.latlng)); });
  map.on("mouseout", () => { setHover(-1); hoverVillage(-1); });
  map.on("moveend", () => { noteText(); keepHash(); });
  new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(map.getContainer());
}

function addControls() {
  L.control.zoom({ position: "topleft", zoomInTitle: t("zoom_in"), zoomOutTitle: t("zoom_out") }).addTo(map);
  const bar = map.getContainer().querySelector(".leaflet-control-zoom");
  const home = h("a", { class: "home", href: "#", role: "button", title: t("home"), "aria-label": t("home") }, sign("frame"));
  L.DomEvent.disableClickPropagation(home).on(home, "click", (event) => { L.DomEvent.stop(event); goHome(); });
  bar.append(home);
  const tool = (id, key, picture) => { const node = h("button", { id, class: "map-tool", "aria-pressed": "false", "data-title": key, "data-label": key }, sign(picture)); L.DomEvent.disableClickPropagation(node); return node; };
  const tools = new (L.Control.extend({ onAdd: () => h("div", { class: "leaflet-bar map-tools" }, tool("compare-open", "compare", "swipe"), tool("measure-open", "measure", "ruler")) }))({ position: "topleft" });
  tools.addTo(map);
  const Scale = L.Control.Scale.extend({
    _updateMetric(most) {
      const round = this._getRoundNum(most), text = round < 1000 ? t("scale_m", { v: round }) : t("scale_km", { v: round / 1000 });
      this._updateScale(this._mScale, "", round / most);
      this.label ||= h("span");
      this._mScale.parentNode.append(this.label);
      this.label.textContent = text;
    },
    refresh() { if (this._map) this._update(); }
  });
  scaleControl = new Scale({ imperial: false, position: "bottomleft", maxWidth: 110 }).addTo(map);
}

function labelControls() {
  const [zoomIn, zoomOut, home] = map.getContainer().querySelectorAll(".leaflet-control-zoom a");
  for (const [node, key] of [[zoomIn, "zoom_in"], [zoomOut, "zoom_out"], [home, "home"]]) { node.title = t(key); node.setAttribute("aria-label", t(key)); }
  scaleControl.refresh();
}

function toLatLng(x, y) { return L.CRS.EPSG3857.unproject(L.point(x, y)); }
function boundsOf(m) { return L.latLngBounds(toLatLng(m.x0, m.y0), toLatLng(m.x1, m.y1)); }

function goHome() {
  const b = D.meta.home;
  if (!b) { map.setView([30, 110], 5, { animate: false }); return; }
  const [, , right, bottom] = covered(), bounds = boundsOf({ x0: b[0], y0: b[1], x1: b[2], y1: b[3] });
  const beside = right + (innerWidth < 768 ? 0 : byId("legend").offsetWidth);
  const zoomFor = (edge) => map.getBoundsZoom(bounds, false, L.point(edge, bottom));
  const edge = zoomFor(right) - zoomFor(beside) <= 0.25 ? beside : right;  // beside the legend where it costs little
  map.fitBounds(bounds, { animate: false, paddingTopLeft: [12, 12], paddingBottomRight: [edge - 12, bottom - 12] });
}

function isDrawn(i) {
  if (isThemed(i)) return true;
  return isContext(i, map.getZoom());
}

function hitAt(latlng) {
  const point = L.CRS.EPSG3857.project(latlng), k = map.options.crs.scale(map.getZoom()) / (2 * HALF_WORLD);
  if (map.getZoom() >= CIRCLES_BELOW) return parcelAt(point, HIT_PX / k, isDrawn);
  if (!isVisible("parcels")) return -1;
  let best = -1, least = Infinity;
  for (const i of themed) {
    const m = metres(D.shape.parcels, i);
    const distance = Math.hypot((m.x0 + m.x1) / 2 - point.x, (m.y0 + m.y1) / 2 - point.y) * k;
    const size = radius(i);
    if (distance <= Math.max(size, HIT_PX) && size + distance / 100 < least) { best = i; least = size + distance / 100; }
  }
  return best;
}

function setHover(i) {
  if (S.hover === i) return;
  S.hover = i;
  map.getContainer().style.cursor = i >= 0 ? "pointer" : "";
  sheets.pick.redraw();
}

// Choose a parcel (-1 = none). With move, bring it into view; else only keep it uncovered.
function select(i, { move = true } = {}) {
  S.sel = i;
  S.cursor = S.rows.indexOf(i);
  S.hover = -1;
  emit("select");
  if (i >= 0 && !isEmpty(D.shape.parcels, i)) bringIntoView(i, move);
  sheets.pick.redraw();
  showPopup();
  keepHash();
}

// What the panels leave free of the map, as padding in pixels: [left, top, right, bottom].
function covered() {
  const box = map.getContainer().getBoundingClientRect(), free = [24, 70, 24, 24];
  const right = byId("right").hidden ? null : byId("right").getBoundingClientRect();
  if (innerWidth < 768) free[3] = box.height - ((right || byId("left").getBoundingClientRect()).top - box.top) + 12;
  else if (right && right.left < box.right) free[2] = box.right - right.left + 24;
  return free;
}

function bringIntoView(i, move) {
  const bounds = boundsOf(metres(D.shape.parcels, i)), [left, top, right, bottom] = covered();
  const inside = isFree(map.latLngToContainerPoint(bounds.getCenter()));
  if (move && (map.getZoom() < HATCH_FROM || !inside)) {
    const zoom = Math.min(CLOSE_ZOOM, map.getBoundsZoom(bounds.pad(1.5), false, L.point(left + right, top + bottom)));
    moveTo(bounds.getCenter(), Math.max(HATCH_FROM, zoom));
  } else if (!inside) moveTo(bounds.getCenter(), map.getZoom());
}

function isFree(at) {
  const [left, top, right, bottom] = covered(), size = map.getSize();
  return at.x > left && at.y > top && at.x < size.x - right && at.y < size.y - bottom && !underLegend(at);
}

// To the middle of what the panels leave free, beside the legend where that leaves a map.
function moveTo(place, zoom) {
  const [left, top, right, bottom] = covered(), legend = byId("legend"), wide = map.getSize().x;
  const strip = innerWidth < 768 || legend.classList.contains("closed") ? 0 : map.getContainer().getBoundingClientRect().right - legend.getBoundingClientRect().left;
  const edge = wide - strip - left > NARROW_PX ? Math.max(right, strip) : right;
  map.setView(map.unproject(map.project(place, zoom).add(L.point((edge - left) / 2, (bottom - top) / 2)), zoom), zoom, { animate: false });
}

function underLegend(at) {
  const legend = byId("legend").getBoundingClientRect(), box = map.getContainer().getBoundingClientRect();
  return at.x > legend.left - box.left - 24 && at.x < legend.right - box.left && at.y > legend.top - box.top - 24 && at.y < legend.bottom - box.top;
}

// Where the card leaves little map, the legend gives way until the card closes.
let legendGaveWay = false;
function fitBesidePanels() {
  map.invalidateSize({ animate: false, pan: false });
  const open = !byId("legend").classList.contains("closed"), beside = document.body.classList.contains("card");
  if (beside && open && map.getContainer().clientWidth < 600 && innerWidth >= 768) { legendGaveWay = true; foldLegend(true); }
  else if (!beside && legendGaveWay) { legendGaveWay = false; foldLegend(false); }
}

function showPopup() {
  if (popup) { popup.remove(); popup = null; }
  const i = S.sel;
  if (i < 0 || isEmpty(D.shape.parcels, i)) return;
  const m = metres(D.shape.parcels, i);
  const parts = [shortId(D.col.parcel_id.at(i)), muText(D.col.area_mu.at(i))];
  if (Number.isFinite(D.col.coverage.at(i))) parts.push(t("cov", { v: percent(D.col.coverage.at(i)) }));
  const content = h("div", {}, h("b", { text: parts.join(" · ") }), h("p", { text: firstClause(evidence(i)) }));
  const top = map.getZoom() < CIRCLES_BELOW ? (m.y0 + m.y1) / 2 : m.y1;
  popup = L.popup({ closeButton: false, autoPan: false, autoClose: false, closeOnClick: false, closeOnEscapeKey: false, offset: [0, 4], maxWidth: 260, minWidth: 60 });
  popup.setLatLng(toLatLng((m.x0 + m.x1) / 2, top)).setContent(content).openOn(map);
}

function evidence(i) { return D.col["evidence_" + S.lang].at(i) || D.col.evidence_zh.at(i); }

function noteText() {
  byId("note").querySelector("b").textContent = t(S.task === "idle" ? "suspected" : onSites() ? "o_opportunity" : "v_candidate");
  if (S.task !== "idle") { byId("note-text").textContent = t(onSites() ? "o_note" : "v_note"); byId("notice").hidden = true; return; }
  if (W.on || (W.open && S.sel < 0)) {
    byId("note").querySelector("b").textContent = t("w_on");
    byId("note-text").textContent = t("w_note");
    byId("notice").hidden = true;
    return;
  }
  const notice = say(D.meta, "notice");
  byId("note-text").textContent = t(map.getZoom() < CIRCLES_BELOW ? "note_circles" : "note");
  byId("notice").hidden = !notice;
  byId("notice").textContent = notice;
}

function applyLayers() {
  for (const name of ["ground", "parcels", "overlay", "villages", "pick"]) sheets[name].redraw();
  if (sheets.hillshade) sheets.hillshade.setOpacity(isVisible("hillshade") ? 1 : 0);
  map.getPane("tilePane").style.display = isVisible("tiles") ? "" : "none";
}
