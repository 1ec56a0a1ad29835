// Lengths in metres and areas in mu on the ellipsoid of CGCS2000.
const A_M = 6378137, F = 1 / 298.257222101, MU_M2 = 10000 / 15;
const M = { on: false, points: [] };

// Radii of curvature at a latitude: along the meridian, and across it.
function radii(latitude) {
  const e2 = F * (2 - F), s = Math.sin((latitude * Math.PI) / 180), w = 1 - e2 * s * s;
  return { north: (A_M * (1 - e2)) / w ** 1.5, east: (A_M / Math.sqrt(w)) * Math.cos((latitude * Math.PI) / 180) };
}

function distanceOf(a, b) {
  const r = radii((a.lat + b.lat) / 2), turn = Math.PI / 180;
  return Math.hypot((b.lat - a.lat) * turn * r.north, (b.lng - a.lng) * turn * r.east);
}

function lengthOf(points) { return points.slice(1).reduce((sum, point, k) => sum + distanceOf(points[k], point), 0); }

// The area of the ring in metres of the plane that touches the ellipsoid in its middle.
function areaOf(points) {
  const middle = points.reduce((sum, point) => sum + point.lat, 0) / points.length, r = radii(middle), turn = Math.PI / 180;
  const flat = points.map((point) => [(point.lng - points[0].lng) * turn * r.east, (point.lat - points[0].lat) * turn * r.north]);
  return Math.abs(flat.reduce((sum, [x, y], k) => { const [u, v] = flat[(k + 1) % flat.length]; return sum + x * v - u * y; }, 0)) / 2;
}

function toggleMeasure(on = !M.on) {
  M.on = on;
  M.points = [];
  byId("measure-open").setAttribute("aria-pressed", on);
  map.getContainer().classList.toggle("measuring", on);
  map.doubleClickZoom[on ? "disable" : "enable"]();
  drawMeasure();
}

function addPoint(latlng) { M.points.push(latlng); drawMeasure(); }
function dropPoint() { M.points.pop(); drawMeasure(); }

function measureText() {
  if (M.points.length < 2) return t("measure_hint");
  const long = lengthOf(M.points), parts = [t("measure_is", { m: long < 10000 ? fixed(long, 1) + (S.lang === "zh" ? " 米" : " m") : t("scale_km", { v: fixed(long / 1000, 2) }) })];
  if (M.points.length > 2) { const area = areaOf(M.points); parts.push(t("measure_area", { mu: muText(area / MU_M2), m2: fixed(area, 1) })); }
  return parts.join(" · ");
}

function drawMeasure() {
  const box = byId("measure");
  box.hidden = !M.on;
  sheets.pick.redraw();
  if (!M.on) return;
  box.replaceChildren(h("span", { id: "measure-text", "aria-live": "polite", text: measureText() }),
    h("button", { class: "btn small", id: "measure-undo", text: t("measure_undo"), disabled: !M.points.length, on: { click: dropPoint } }),
    h("button", { class: "btn small", id: "measure-clear", text: t("measure_clear"), disabled: !M.points.length, on: { click: () => { M.points = []; drawMeasure(); } } }),
    h("button", { class: "btn small", id: "measure-close", text: t("close"), on: { click: () => { toggleMeasure(false); byId("measure-open").focus(); } } }));
}

function paintMeasure(pen, v) {
  if (!M.on || !M.points.length) return;
  const at = M.points.map((point) => { const m = L.CRS.EPSG3857.project(point); return [m.x * v.k + v.ox, v.oy - m.y * v.k]; });
  const line = () => { pen.beginPath(); at.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y))); if (at.length > 2) pen.closePath(); };
  line();
  if (at.length > 2) { pen.fillStyle = "rgba(23,105,224,0.10)"; pen.fill(); }
  strokeWith("#FFFFFF", 4)(pen);
  line(); strokeWith("#1769E0", 2)(pen);
  for (const [x, y] of at) { pen.beginPath(); pen.arc(x, y, 4, 0, 6.2832); pen.fillStyle = "#FFFFFF"; pen.fill(); strokeWith("#1769E0", 2)(pen); }
}

// Keys while measuring, wherever the focus is outside a field.
function measureKey(event) {
  if (!M.on) return false;
  if (event.key === "Escape") toggleMeasure(false);
  else if (event.key === "Backspace") dropPoint();
  else if (event.key === "Enter" && event.target === map.getContainer()) addPoint(map.getCenter());
  else return false;
  event.preventDefault();
  return true;
}

function setUpMeasure() { byId("measure-open").addEventListener("click", () => toggleMeasure()); }
