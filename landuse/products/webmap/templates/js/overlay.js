// What lies over the parcels: zones, control lines, outline, names; and the chosen parcel on top.
const CONTROL_LOOK = {
  eco_redline: ["#A61B1B", 1.8, [9, 3, 2, 3]], prime_farmland: ["#6E6A00", 1.6, [1.5, 3]],
  growth_boundary: ["#B03A6B", 1.6, [6, 3]], heritage: ["#7A3E1D", 1.6, [8, 2, 2, 2, 2, 2]], hazard: ["#A33A00", 1.8, [3, 2]]
};

// Many small pieces would hide the county; they appear with the polygons.
const FROM_AFAR = new Set(["eco_redline", "growth_boundary"]);

function paintOverlay(pen, v) {
  const zones = D.shape.zones;
  for (const line of D.control) if (line.shape && isVisible(line.code) && isVisible("control")) {
    const [colour, width, dash] = CONTROL_LOOK[line.code];
    if (v.z < CIRCLES_BELOW && !FROM_AFAR.has(line.code)) continue;
    lineLayer(pen, v, line.shape, strokeWith(colour, v.z < CIRCLES_BELOW ? width * 0.75 : width, dash));
  }
  if (zones && isVisible("zones")) {
    if (v.z < HATCH_FROM) fillLayer(pen, v, zones, "rgba(46,63,85,0.07)");
    lineLayer(pen, v, zones, strokeWith("#2E3F55", 1.6), true);
  }
  if (D.shape.county) lineLayer(pen, v, D.shape.county, strokeWith("#465364", 1.8), true);
  paintNames(pen, v);
}

function paintNames(pen, v) {
  const taken = [];
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  if (D.shape.zones && isVisible("zones") && v.z >= 13) for (const i of everyObject(D.shape.zones)) {
    paintName(pen, v, D.shape.zones, i, D.shape.zones.names[i], "600 12px ", taken, true);
  }
  if (D.shape.towns && isVisible("towns") && v.z < 15) for (const i of D.townOrder) {
    paintName(pen, v, D.shape.towns, i, townName(D.shape.towns, i), "400 12px ", taken, false);
  }
}

function townName(layer, i) {
  const known = D.towns.find((town) => town.code === layer.codes[i]);
  return known ? say(known) : layer.names[i];
}

// Greedy: a name that would touch one already written is dropped, never shrunk.
function paintName(pen, v, layer, i, name, weight, taken, above) {
  if (!name || isEmpty(layer, i)) return;
  const m = metres(layer, i);
  const x = ((m.x0 + m.x1) / 2) * v.k + v.ox, y = v.oy - (above ? m.y1 : (m.y0 + m.y1) / 2) * v.k - (above ? 10 : 0);
  pen.font = weight + fontFamily();
  const half = pen.measureText(name).width / 2 + 3;
  if (taken.some((box) => Math.abs(box.x - x) < box.half + half && Math.abs(box.y - y) < 18)) return;
  taken.push({ x, y, half });
  pen.strokeStyle = "rgba(255,255,255,0.9)";
  pen.lineWidth = 3.5;
  pen.setLineDash([]);
  pen.strokeText(name, x, y);
  pen.fillStyle = above ? "#2E3F55" : "#465364";
  pen.fillText(name, x, y);
}

// Towns with more suspected parcels keep their names first.
function orderTowns() {
  const layer = D.shape.towns;
  if (!layer) return;
  const counts = new Map();
  for (let i = 0; i < D.n; i++) if (isGraded(i)) counts.set(D.col.town[i], (counts.get(D.col.town[i]) || 0) + 1);
  const place = new Map(D.towns.map((town, number) => [town.code, number]));
  const weight = (i) => counts.get(place.get(layer.codes[i])) || 0;
  D.townOrder = Array.from({ length: layer.count }, (_, i) => i).sort((a, b) => weight(b) - weight(a) || a - b);
}

function paintPick(pen, v) {
  paintVillagePick(pen, v);
  paintRings(pen, v);
  paintMeasure(pen, v);
  if (S.hover >= 0 && S.hover !== S.sel) outline(pen, v, S.hover, [["#FFFFFF", 3.5], ["#17324D", 1.6]]);
  if (S.hover >= 0 && v.z > HATCH_FROM) paintCode(pen, v, S.hover);
  if (S.sel >= 0) outline(pen, v, S.sel, [["#17212E", 6], ["#FFFFFF", 3.6], ["#17212E", 1.6]]);
}

function outline(pen, v, i, strokes) {
  const layer = D.shape.parcels, l = lens(layer, v);
  for (const [colour, width] of strokes) {
    pen.beginPath();
    if (v.z < CIRCLES_BELOW) { const [x, y] = centre(i, v); pen.arc(x, y, radius(i) + 2.5, 0, 6.2832); }
    else trace(pen, layer, l, i);
    pen.lineJoin = "round";
    strokeWith(colour, width)(pen);
  }
}

function paintCode(pen, v, i) {
  if (i === S.sel) return;
  const [x, y] = centre(i, v);
  pen.font = "400 12px " + fontFamily();
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.strokeStyle = "#FFFFFF";
  pen.lineWidth = 4;
  pen.setLineDash([]);
  pen.strokeText(shortId(D.col.parcel_id.at(i)), x, y);
  pen.fillStyle = "#17212E";
  pen.fillText(shortId(D.col.parcel_id.at(i)), x, y);
}
