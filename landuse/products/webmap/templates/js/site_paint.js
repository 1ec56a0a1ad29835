// Sites on the map: a diamond each, outlines from close by, and the rectangle of the one chosen.
const SKY = "#1C7FBA", SHADE = { I: 0.62, II: 0.36, III: 0.16 };

function diamond(pen, x, y, r) {
  pen.beginPath();
  pen.moveTo(x, y - r); pen.lineTo(x + r, y); pen.lineTo(x, y + r); pen.lineTo(x - r, y); pen.closePath();
}

function diamondKey(grade, small = false) {
  return keyPicture((pen) => {
    diamond(pen, 14, 7, small ? 3.8 : 6);
    if (grade !== "out") { pen.fillStyle = "#FFFFFF"; pen.fill(); pen.fillStyle = skyOf(grade); pen.fill(); }
    strokeWith(grade === "out" ? "#5B6472" : SKY, small ? 1 : 1.4)(pen);
    if (grade === "out") { pen.beginPath(); pen.moveTo(11, 4); pen.lineTo(17, 10); pen.moveTo(17, 4); pen.lineTo(11, 10); strokeWith("#5B6472", 1.1)(pen); }
  });
}

function skyOf(grade) { return "rgba(28,127,186," + (grade === "I" ? 1 : SHADE[grade] || 0.06) + ")"; }
function siteSize(i, z) { return Math.min(13, (z < CIRCLES_BELOW ? 4 : 5) + Math.sqrt(Math.max(0, D.sites.area_mu.at(i) || 0)) * 0.7); }

function paintOpportunities(pen, v) {
  const held = D.sites, l = lens(held.shape, v), shown = [];
  if (!isVisible("opportunities")) return;
  for (let i = 0; i < held.n; i++) if (isThemedSite(i)) shown.push(i);
  if (v.z >= HATCH_FROM) for (const i of shown) {
    if (!inSight(held.shape, l, i)) continue;
    pen.beginPath();
    trace(pen, held.shape, l, i);
    if (isRefused(i)) { pen.fillStyle = hatch(pen, "veto"); pen.fill("evenodd"); strokeWith("#5B6472", 1.2)(pen); continue; }
    if (held.chosen[i]) { pen.fillStyle = "rgba(28,127,186," + (SHADE[held.grade.at(i)] || 0.1) + ")"; pen.fill("evenodd"); }
    strokeWith(SKY, held.chosen[i] ? 2 : 1.2, held.chosen[i] ? [] : [4, 3])(pen);
  }
  for (const i of shown.slice().reverse()) paintDiamond(pen, v, i);
}

function paintDiamond(pen, v, i) {
  const out = isRefused(i), [x, y] = at(D.sites, i, v), r = D.sites.chosen[i] || out ? siteSize(i, v.z) : 3.8;
  if (x < -20 || y < -20 || x > v.w + 20 || y > v.h + 20) return;
  diamond(pen, x, y, r);
  pen.fillStyle = "#FFFFFF"; pen.fill();
  if (!out) { pen.fillStyle = skyOf(D.sites.grade.at(i)); pen.fill(); }
  strokeWith("rgba(255,255,255,0.9)", 3.2)(pen);
  diamond(pen, x, y, r);
  strokeWith(out ? "#5B6472" : SKY, D.sites.chosen[i] || out ? 1.6 : 1)(pen);
}

function paintOpportunityPick(pen, v) {
  paintProject(pen, v);
  for (const [i, colour, width] of [[O.hover, "#17324D", 1.6], [O.sel, "#17212E", 2.4]]) {
    if (i < 0) continue;
    const [x, y] = at(D.sites, i, v), r = siteSize(i, v.z) + 4;
    if (v.z >= HATCH_FROM) {
      pen.beginPath(); trace(pen, D.sites.shape, lens(D.sites.shape, v), i);
      strokeWith("#FFFFFF", width + 2)(pen); strokeWith(colour, width)(pen);
      if (i === O.sel && !isEmpty(D.sites.rect, i)) { pen.beginPath(); trace(pen, D.sites.rect, lens(D.sites.rect, v), i); strokeWith("#FFFFFF", 3.4)(pen); strokeWith("#B3261E", 1.6, [6, 3])(pen); }
    }
    for (const [line, size] of [["#FFFFFF", width + 2.4], [colour, width]]) { diamond(pen, x, y, r); strokeWith(line, size)(pen); }
    labelAt(pen, siteLabel(i) + " · " + muText(D.sites.area_mu.at(i), 1), x, y - r - 9, [], "#17212E");
  }
}

function opportunityAt(latlng) {
  const point = L.CRS.EPSG3857.project(latlng), k = map.options.crs.scale(map.getZoom()) / (2 * HALF_WORLD), layer = D.sites.shape;
  let best = -1, least = 12;
  for (let i = 0; i < D.sites.n; i++) {
    if (!isThemedSite(i)) continue;
    const far = Math.hypot(D.sites.x.at(i) - point.x, D.sites.y.at(i) - point.y) * k;
    if (far < least) { best = i; least = far; }
  }
  if (best >= 0 || map.getZoom() < HATCH_FROM) return best;
  const x = (point.x - layer.origin[0]) / layer.quantum, y = (point.y - layer.origin[1]) / layer.quantum;
  for (let i = 0; i < D.sites.n; i++) if (isThemedSite(i) && holds(layer, i, x, y)) return i;
  return -1;
}

function hoverOpportunity(i) {
  if (O.hover === i) return;
  O.hover = i;
  map.getContainer().style.cursor = i >= 0 ? "pointer" : "";
  sheets.pick.redraw();
}

function pickOpportunity(i, move) {
  O.sel = i;
  O.hover = -1;
  O.cursor = O.items.findIndex((row) => row.site >= 0 && row.site === i);
  emit("village");
  if (i >= 0) showOpportunity(i, move);
  sheets.pick.redraw();
  keepHash();
}

function showOpportunity(i, move) {
  const bounds = boundsOf(metres(D.sites.shape, i)), [left, top, right, bottom] = covered();
  const tiny = map.getBoundsZoom(bounds, false) - map.getZoom() > 3.5;  // the site fills less than a tenth of the map
  if (isFree(map.latLngToContainerPoint(bounds.getCenter())) && !(move && tiny)) return;
  moveTo(bounds.getCenter(), move ? Math.max(HATCH_FROM, Math.min(CLOSE_ZOOM, map.getBoundsZoom(bounds.pad(1.2), false, L.point(left + right, top + bottom)))) : map.getZoom());
}

function opportunityLegend() {
  const held = D.sites, count = (code) => O.items.filter((row) => row.refused < 0 && held.grade.at(row.site) === code).length;
  const grades = held.grades.map((grade, k) => item(diamondKey(grade.code), say(grade) + (k < held.grades.length - 1 ? " ≥" + fixed(grade.minimum, 0) : ""), { count: O.show === "refused" ? undefined : count(grade.code) }));
  const more = [O.show === "all" ? item(diamondKey("II", true), t("o_alternative"), { count: O.items.filter((row) => row.site >= 0 && !held.chosen[row.site]).length }) : null,
    O.show === "refused" ? item(diamondKey("out"), t("o_refused_key"), { count: O.items.length }) : null, item(lineKey("#B3261E", 1.6, [6, 3]), t("o_rect_key"))];
  return [group(heading("g_sites", "opportunities"), grades, more)];
}
