// Canvas sheets that move and zoom with the map, and the pen they share.
const HALF_WORLD = Math.PI * 6378137;
const FLUSH = 64, KEEP = 0.6;

const Sheet = L.Renderer.extend({
  initialize(options) { L.Renderer.prototype.initialize.call(this, { padding: 0.15, ...options }); },
  _initContainer() {
    this._container = document.createElement("canvas");
    this._context = this._container.getContext("2d");
  },
  _destroyContainer() { this._container.remove(); },
  _updatePaths() {},
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._fit(this._bounds.getSize()), density = window.devicePixelRatio || 1, canvas = this._container;
    this._bounds = L.bounds(this._bounds.min, this._bounds.min.add(size));
    L.DomUtil.setPosition(canvas, this._bounds.min);
    const wide = Math.round(size.x * density), high = Math.round(size.y * density);
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
    }
    this.redraw();
  },
  // A new bitmap costs more than a picture somewhat too large: one that shrinks a little stays.
  _fit(needed) {
    const held = this._held;
    if (held && needed.x <= held.x && needed.y <= held.y && needed.x * needed.y > KEEP * held.x * held.y) return held;
    return (this._held = needed);
  },
  redraw() {
    if (!this._map || !this._bounds) return;
    const empty = this.options.isEmpty();
    if (empty && !this._drawn) return;  // a bitmap nobody draws on is never made
    this._drawn = !empty;
    const density = window.devicePixelRatio || 1, size = this._bounds.getSize();
    this._context.setTransform(density, 0, 0, density, 0, 0);
    this._context.clearRect(0, 0, size.x, size.y);
    this.options.paint(this._context, view(this._map, this._bounds));
  }
});

// Pixels of a sheet from EPSG:3857 metres: px = x * k + ox, py = oy - y * k.
function view(map, bounds) {
  const world = map.options.crs.scale(map.getZoom()), origin = map.getPixelOrigin(), size = bounds.getSize();
  const k = world / (2 * HALF_WORLD);
  const ox = world / 2 - origin.x - bounds.min.x, oy = world / 2 - origin.y - bounds.min.y;
  return { z: map.getZoom(), left: bounds.min.x, k, ox, oy, w: size.x, h: size.y, x0: -ox / k, x1: (size.x - ox) / k, y0: (oy - size.y) / k, y1: oy / k };
}

// The same for coordinates of a layer in quanta, with the visible window in quanta.
function lens(layer, v) {
  const q = layer.quantum, [ox, oy] = layer.origin;
  return {
    s: q * v.k, tx: ox * v.k + v.ox, ty: v.oy - oy * v.k,
    x0: (v.x0 - ox) / q, x1: (v.x1 - ox) / q, y0: (v.y0 - oy) / q, y1: (v.y1 - oy) / q
  };
}

function inSight(layer, l, i) {
  const b = layer.box, o = i * 4;
  return b[o] <= l.x1 && b[o + 2] >= l.x0 && b[o + 1] <= l.y1 && b[o + 3] >= l.y0 && !isEmpty(layer, i);
}

// Add the rings of an object to the path; vertices closer than half a pixel are skipped.
function trace(pen, layer, l, i, closed = true) {
  for (let r = layer.rings[i]; r < layer.rings[i + 1]; r++) {
    const last = layer.points[r + 1] - 1;
    let px = NaN, py = NaN;
    for (let p = layer.points[r]; p <= last; p++) {
      const x = layer.x[p] * l.s + l.tx, y = l.ty - layer.y[p] * l.s;
      if (p === layer.points[r]) pen.moveTo(x, y);
      else if (Math.abs(x - px) + Math.abs(y - py) > 0.5 || p === last) pen.lineTo(x, y);
      else continue;
      px = x; py = y;
    }
    if (closed) pen.closePath();
  }
}

// Draw many objects in batches: one huge path is slow to fill.
function drawAll(pen, layer, l, items, finish, closed = true) {
  let held = 0;
  pen.beginPath();
  for (const i of items) {
    if (!inSight(layer, l, i)) continue;
    trace(pen, layer, l, i, closed);
    if (++held === FLUSH) { finish(pen); pen.beginPath(); held = 0; }
  }
  if (held) finish(pen);
}

function everyObject(layer) { return { *[Symbol.iterator]() { for (let i = 0; i < layer.count; i++) yield i; } }; }

function strokeWith(colour, width, dash = []) {
  return (pen) => { pen.strokeStyle = colour; pen.lineWidth = width; pen.setLineDash(dash); pen.stroke(); };
}

// Read once: asking for a style makes the browser work out all of them.
let family = "";
function fontFamily() { return (family ||= getComputedStyle(document.body).fontFamily); }

const patterns = {};
function hatch(pen, name) {
  if (!patterns[name]) {
    const tile = document.createElement("canvas"), size = 7;
    tile.width = tile.height = size;
    const ink = tile.getContext("2d");
    ink.fillStyle = name === "veto" ? "#E3E6EA" : "#FFFFFF";
    ink.fillRect(0, 0, size, size);
    ink.strokeStyle = "#5B6472";
    ink.lineWidth = 1;
    ink.beginPath();
    for (const shift of [-size, 0, size]) {
      ink.moveTo(shift - 1, size + 1); ink.lineTo(shift + size + 1, -1);
      if (name === "veto") { ink.moveTo(shift - 1, -1); ink.lineTo(shift + size + 1, size + 1); }
    }
    ink.stroke();
    patterns[name] = pen.createPattern(tile, "repeat");
  }
  return patterns[name];
}
