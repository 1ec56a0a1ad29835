// The parcels: circles by area from afar, polygons from zoom 12.5, hatching from zoom 14.
const CIRCLES_BELOW = 12.5, HATCH_FROM = 14;
const PALETTE = [
  { fill: "#8C2D04", text: "#FFFFFF", line: "#3A1603" }, { fill: "#D9600E", text: "#1A0F05", line: "#3A1603" },
  { fill: "#F7B84B", text: "#2B1D05", line: "#6B4A08" }, { fill: "#FDE3A7", text: "#2B1D05", line: "#6B4A08" },
  { fill: "#FFF4D6", text: "#2B1D05", line: "#6B4A08" }
];

function colours(kind) {
  if (kind < D.DOUBT) return PALETTE[Math.min(kind, PALETTE.length - 1)];
  if (kind === D.OTHER) return UNLISTED;
  return kind === D.DOUBT ? { fill: "#FFFFFF", text: "#17212E", line: "#5B6472" } : { fill: "#E3E6EA", text: "#17212E", line: "#5B6472" };
}

// Themed shapes are exactly the rows of the list.
let themed = [];
function collectThemed() {
  themed = [];
  for (const i of D.order) if (S.shown[i]) themed.push(i);
  collectLooks();
}

function isThemed(i) { return S.shown[i] === 1 && isVisible("parcels"); }

function isContext(i, z) {
  const kind = D.col.kind[i];
  if (z < HATCH_FROM || kind < D.DOUBT || S.shown[i]) return false;
  if (kind === D.OTHER) return isVisible("other");
  return isVisible(kind === D.DOUBT ? "doubt" : "veto") && inPlace(i);
}

// Far out, where parcels crowd, the smallest circle shrinks too.
function radius(i) { return Math.min(28, Math.max(map.getZoom() < 11 ? 2.2 : 3.2, 0.8 * Math.sqrt(D.col.area_mu.at(i) || 0))); }

function centre(i, v) {
  const m = metres(D.shape.parcels, i);
  return [((m.x0 + m.x1) / 2) * v.k + v.ox, v.oy - ((m.y0 + m.y1) / 2) * v.k];
}

function paintParcels(pen, v) {
  if (S.task !== "idle") { if (v.z >= HATCH_FROM && D.shape.buildings && isVisible("buildings")) fillLayer(pen, v, D.shape.buildings, "rgba(107,119,135,0.55)"); return; }
  if (C.on) paintCompared(pen, v); else paintOwn(pen, v);
}

function paintOwn(pen, v) {
  if (v.z < CIRCLES_BELOW) { if (isVisible("parcels")) paintCircles(pen, v); return; }
  if (v.z >= HATCH_FROM) {
    paintContext(pen, v);
  }
  if (isVisible("parcels")) for (let place = Painted.looks.length - 1; place >= 0; place--) paintClass(pen, v, place);
  if (v.z >= HATCH_FROM && D.shape.buildings && isVisible("buildings")) fillLayer(pen, v, D.shape.buildings, "rgba(107,119,135,0.55)");
}

function paintCircles(pen, v) {
  const layer = D.shape.parcels, l = lens(layer, v);
  pen.setLineDash([]);
  pen.lineWidth = 0.9;
  for (const i of themed) {
    if (!inSight(layer, l, i)) continue;
    const [x, y] = centre(i, v), look = Painted.looks[Painted.of[i]], lines = hatchOf(i);
    pen.beginPath();
    pen.arc(x, y, radius(i), 0, 6.2832);
    pen.globalAlpha = isFaded(i) ? 0.35 : 1;
    pen.fillStyle = lines ? hatch(pen, lines) : look.fill;
    pen.strokeStyle = look.line;
    pen.fill();
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

function paintContext(pen, v) {
  const layer = D.shape.parcels, l = lens(layer, v), seen = [[], [], []];
  for (const i of D.order) if (inSight(layer, l, i) && isContext(i, v.z)) seen[D.OTHER - D.col.kind[i]].push(i);
  drawAll(pen, layer, l, seen[0], () => { pen.fillStyle = "#DDE2EA"; pen.fill("evenodd"); strokeWith("#B4BDC9", 0.8)(pen); });
  drawAll(pen, layer, l, seen[1], () => { pen.fillStyle = hatch(pen, "veto"); pen.fill("evenodd"); strokeWith("#5B6472", 1)(pen); });
  drawAll(pen, layer, l, seen[2], () => { pen.fillStyle = hatch(pen, "doubt"); pen.fill("evenodd"); strokeWith("#5B6472", 1, [4, 3])(pen); });
}

// One colour class: inside zones with a solid outline, outside dashed; hatched where in doubt.
function paintClass(pen, v, place) {
  const look = Painted.looks[place], own = themed.filter((i) => Painted.of[i] === place);
  for (const lines of ["", "veto", "doubt"]) for (const inside of [0, 1]) {
    const items = own.filter((i) => hatchOf(i) === lines && D.col.zone_in[i] === inside), dashed = lines === "doubt" || (!lines && !inside && D.hasZones);
    if (W.on) paintItems(pen, v, items.filter(isFaded), { look, lines, dashed, alpha: 0.35 });
    paintItems(pen, v, W.on ? items.filter((i) => !isFaded(i)) : items, { look, lines, dashed, alpha: 1 });
  }
  pen.setLineDash([]);
}

function paintItems(pen, v, items, { look, lines, dashed, alpha }) {
  const layer = D.shape.parcels, close = v.z >= HATCH_FROM;
  drawAll(pen, layer, lens(layer, v), items, () => {
    pen.fillStyle = lines && close ? hatch(pen, lines) : lines ? colours(lines === "veto" ? D.VETO : D.DOUBT).fill : look.fill;
    pen.globalAlpha = (!lines && close ? 0.88 : 1) * alpha;
    pen.fill("evenodd");
    pen.globalAlpha = alpha;
    strokeWith(lines ? "#5B6472" : look.line, v.z >= 13 ? 1.1 : 0.6, dashed && v.z >= 13 ? [4, 3] : [])(pen);
    pen.globalAlpha = 1;
  });
}
