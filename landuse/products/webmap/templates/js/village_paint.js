// Villages on the map: a triangle, a ring or three dots by kind; outlines from close by; the moves of the plan.
const VIOLET = "#54268A", FADED = "#98A2B0", GREEN = "#00705A", SITE_PX = 16;
const SHAPES = [
  (pen, x, y, r) => { pen.beginPath(); pen.moveTo(x, y - r); pen.lineTo(x + r, y + r * 0.8); pen.lineTo(x - r, y + r * 0.8); pen.closePath(); pen.fill(); },
  (pen, x, y, r) => { pen.beginPath(); pen.arc(x, y, r * 0.72, 0, 6.2832); pen.lineWidth = r * 0.48; pen.stroke(); },
  (pen, x, y, r) => { for (const [dx, dy] of [[0, -0.55], [0.62, 0.5], [-0.62, 0.5]]) { pen.beginPath(); pen.arc(x + dx * r, y + dy * r, r * 0.36, 0, 6.2832); pen.fill(); } }
];

function kindKey(k, colour = VIOLET) {
  return keyPicture((pen) => { pen.fillStyle = pen.strokeStyle = colour; SHAPES[Math.min(k, 2)](pen, 14, 7, 5.5); });
}

function villageSize(z) { return z < 11 ? 4.5 : z < CIRCLES_BELOW ? 6 : 7.5; }
function at(column, i, v) { return [column.x.at(i) * v.k + v.ox, v.oy - column.y.at(i) * v.k]; }
function isThemedVillage(i) { return S.task === "plan" ? isVisible("villages") : isVisible("villages") && villagePasses(i); }
function isSender(i) { return D.villages.move[i] >= 0 && inBudget(D.villages.move[i]); }

function paintVillages(pen, v) {
  if (S.task === "idle") return;
  if (onSites()) { paintOpportunities(pen, v); return; }
  pen.setLineDash([]);
  if (v.z >= HATCH_FROM && isVisible("villages")) paintVillageOutlines(pen, v);
  if (S.task === "plan") { paintSites(pen, v); if (isVisible("moves")) paintMoves(pen, v); }
  for (let kind = SHAPES.length - 1; kind >= 0; kind--) for (let i = 0; i < D.villages.n; i++) {
    if (D.villages.kind[i] === kind && isThemedVillage(i)) paintVillage(pen, v, i);
  }
  if (S.task === "plan") paintSiteNames(pen, v);
}

function paintVillage(pen, v, i) {
  const [x, y] = at(D.villages, i, v), faded = S.task === "plan" && !isSender(i);
  if (x < -20 || y < -20 || x > v.w + 20 || y > v.h + 20) return;
  const r = faded ? villageSize(v.z) * 0.6 : villageSize(v.z);
  pen.fillStyle = pen.strokeStyle = "rgba(255,255,255,0.9)";
  if (!faded) SHAPES[D.villages.kind[i]](pen, x, y, r + 1.6);
  pen.fillStyle = pen.strokeStyle = faded ? FADED : VIOLET;
  SHAPES[D.villages.kind[i]](pen, x, y, r);
}

function paintVillageOutlines(pen, v) {
  const layer = D.villages.shape, items = [];
  for (let i = 0; i < layer.count; i++) if (isThemedVillage(i)) items.push(i);
  drawAll(pen, layer, lens(layer, v), items, () => { pen.fillStyle = "rgba(84,38,138,0.16)"; pen.fill("evenodd"); strokeWith(VIOLET, 1.2)(pen); });
}

function siteUse() {
  const used = new Float64Array(D.plan.sites.n);
  D.plan.site.forEach((site, move) => { if (inBudget(move)) used[site] += D.plan.households.at(move); });
  return used;
}

function paintSites(pen, v) {
  const sites = D.plan.sites, used = siteUse();
  if (!isVisible("sites")) return;
  if (v.z >= HATCH_FROM) drawAll(pen, sites.shape, lens(sites.shape, v), everyObject(sites.shape), strokeWith(GREEN, 1.6));
  for (let site = 0; site < sites.n; site++) {
    const [x, y] = at(sites, site, v), side = used[site] > 0 ? SITE_PX : 7;
    if (x < -20 || y < -20 || x > v.w + 20 || y > v.h + 20) continue;
    pen.fillStyle = "#FFFFFF";
    pen.fillRect(x - side / 2, y - side / 2, side, side);
    const full = Math.min(1, used[site] / Math.max(1, sites.capacity.at(site))) * side;
    pen.fillStyle = GREEN;
    pen.fillRect(x - side / 2, y + side / 2 - full, side, full);
    pen.beginPath();
    pen.rect(x - side / 2, y - side / 2, side, side);
    strokeWith(GREEN, used[site] > 0 ? 2 : 1)(pen);
  }
}

// Curved lines with a white casing; those of the next step are dashed and grey.
function paintMoves(pen, v) {
  D.plan.village.forEach((village, move) => {
    const step = D.plan.step.at(move);
    if (step > V.step + 1 || !hasHomes(move)) return;
    const [x0, y0] = at(D.villages, village, v), [x1, y1] = at(D.plan.sites, D.plan.site[move], v);
    const bend = 0.16, mx = (x0 + x1) / 2 - (y1 - y0) * bend, my = (y0 + y1) / 2 + (x1 - x0) * bend;
    const width = 1.4 + D.plan.households.at(move) / 14;
    const curve = (style) => { pen.beginPath(); pen.moveTo(x0, y0); pen.quadraticCurveTo(mx, my, x1, y1); style(pen); };
    if (step > V.step) { curve(strokeWith(FADED, 1.2, [4, 3])); return; }
    curve(strokeWith("rgba(255,255,255,0.9)", width + 2.2));
    curve(strokeWith(GREEN, width));
  });
  pen.setLineDash([]);
}

function paintSiteNames(pen, v) {
  if (!isVisible("sites") || v.z < 12) return;
  const used = siteUse(), taken = [];
  for (let site = 0; site < D.plan.sites.n; site++) if (used[site] > 0) {
    const [x, y] = at(D.plan.sites, site, v), text = t("p_site_label", { used: fixed(used[site], 0), all: fixed(D.plan.sites.capacity.at(site), 0) });
    labelAt(pen, text, x, y + SITE_PX / 2 + 10, taken, "#00523F");
  }
}

function labelAt(pen, text, x, y, taken, colour) {
  pen.font = "400 12px " + fontFamily();
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const half = pen.measureText(text).width / 2 + 3;
  if (taken.some((box) => Math.abs(box.x - x) < box.half + half && Math.abs(box.y - y) < 16)) return;
  taken.push({ x, y, half });
  pen.setLineDash([]);
  pen.lineWidth = 4; pen.strokeStyle = "#FFFFFF"; pen.strokeText(text, x, y);
  pen.fillStyle = colour; pen.fillText(text, x, y);
}

// The chosen village and the one under the pointer: a ring, a name, and where its people could go.
function paintVillagePick(pen, v) {
  if (S.task === "idle") return;
  if (onSites()) { paintOpportunityPick(pen, v); return; }
  for (const [i, colour, width] of [[V.hover, "#17324D", 1.6], [V.sel, "#17212E", 2.4]]) {
    if (i < 0) continue;
    const [x, y] = at(D.villages, i, v), r = villageSize(v.z) + 5;
    if (v.z >= HATCH_FROM && !isEmpty(D.villages.shape, i)) { pen.beginPath(); trace(pen, D.villages.shape, lens(D.villages.shape, v), i); strokeWith("#FFFFFF", width + 2)(pen); strokeWith(colour, width)(pen); }
    for (const [line, size] of [["#FFFFFF", width + 2.4], [colour, width]]) { pen.beginPath(); pen.arc(x, y, r, 0, 6.2832); strokeWith(line, size)(pen); }
    labelAt(pen, villageName(i), x, y - r - 9, [], "#17212E");
  }
}

function villageAt(latlng) {
  if (onSites()) return opportunityAt(latlng);
  const point = L.CRS.EPSG3857.project(latlng), k = map.options.crs.scale(map.getZoom()) / (2 * HALF_WORLD), layer = D.villages.shape;
  let best = -1, least = 11;
  for (let i = 0; i < D.villages.n; i++) {
    if (!isThemedVillage(i)) continue;
    const far = Math.hypot(D.villages.x.at(i) - point.x, D.villages.y.at(i) - point.y) * k - (S.task === "plan" && isSender(i) ? 3 : 0);
    if (far < least) { best = i; least = far; }
  }
  if (best >= 0 || map.getZoom() < HATCH_FROM) return best;
  const x = (point.x - layer.origin[0]) / layer.quantum, y = (point.y - layer.origin[1]) / layer.quantum;
  for (let i = 0; i < D.villages.n; i++) if (isThemedVillage(i) && holds(layer, i, x, y)) return i;
  return -1;
}

function hoverVillage(i) {
  if (onSites()) { hoverOpportunity(i); return; }
  if (V.hover === i) return;
  V.hover = i;
  map.getContainer().style.cursor = i >= 0 ? "pointer" : "";
  sheets.pick.redraw();
}

function pickVillage(i, { move = false } = {}) {
  if (onSites()) { pickOpportunity(i, move); return; }
  V.sel = i;
  V.hover = -1;
  V.cursor = V.items.findIndex((row) => row.village >= 0 && row.village === i);
  emit("village");
  if (i >= 0) showVillage(i, move);
  sheets.pick.redraw();
  keepHash();
}

function showVillage(i, move) {
  const where = toLatLng(D.villages.x.at(i), D.villages.y.at(i));
  if (isFree(map.latLngToContainerPoint(where)) && !(move && map.getZoom() < CIRCLES_BELOW)) return;
  moveTo(where, move ? Math.max(map.getZoom(), CIRCLES_BELOW + 0.5) : map.getZoom());
}

function villageLegend() {
  if (onSites()) return opportunityLegend();
  const count = (k) => V.items.filter((row) => row.village >= 0 && D.villages.kind[row.village] === k && (S.task !== "plan" || inBudget(row.move))).length;
  const head = heading("g_villages", "villages"), kinds = D.villages.kinds.map((kind, k) => item(kindKey(k), say(kind), { count: count(k) }));
  if (S.task === "villages") return [group(head, kinds)];
  const site = keyPicture((pen) => { pen.fillStyle = "#FFFFFF"; pen.fillRect(8, 1, 12, 12); pen.fillStyle = GREEN; pen.fillRect(8, 7, 12, 6); pen.beginPath(); pen.rect(8, 1, 12, 12); strokeWith(GREEN, 1.6)(pen); });
  return [group(heading("g_plan", "moves"), item(lineKey(GREEN, 2.4, []), t("p_line")), item(lineKey(FADED, 1.2, [4, 3]), t("p_line_next")), item(site, t("p_site"), { layer: "sites" })),
    group(head, kinds, item(kindKey(2, FADED), t("p_out")))];
}
