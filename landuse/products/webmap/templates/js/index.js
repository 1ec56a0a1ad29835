// Finds the parcel under a point: a grid of bounding boxes, then the even-odd rule.
const Index = { side: 128 };

function buildIndex() {
  if (Index.start) return;
  const layer = D.shape.parcels, side = Index.side;
  let right = 1, top = 1;
  for (let i = 0; i < layer.count; i++) if (!isEmpty(layer, i)) {
    right = Math.max(right, layer.box[i * 4 + 2]); top = Math.max(top, layer.box[i * 4 + 3]);
  }
  Index.sx = side / (right + 1); Index.sy = side / (top + 1);
  const sizes = new Uint32Array(side * side);
  eachCell((cell) => sizes[cell]++);
  Index.start = starts(sizes);
  Index.items = new Uint32Array(Index.start[side * side]);
  const filled = Index.start.slice();
  eachCell((cell, i) => { Index.items[filled[cell]++] = i; });
}

function eachCell(use) {
  const layer = D.shape.parcels, b = layer.box, side = Index.side;
  for (let i = 0; i < layer.count; i++) {
    if (isEmpty(layer, i)) continue;
    const x0 = Math.floor(b[i * 4] * Index.sx), x1 = Math.floor(b[i * 4 + 2] * Index.sx);
    const y0 = Math.floor(b[i * 4 + 1] * Index.sy), y1 = Math.floor(b[i * 4 + 3] * Index.sy);
    for (let y = y0; y <= y1; y++) for (let x = x0; x <= x1; x++) use(y * side + x, i);
  }
}

// Parcels whose box comes within reach of a point, all in quanta.
function near(x, y, reach) {
  buildIndex();
  const found = new Set(), side = Index.side, b = D.shape.parcels.box;
  const clamp = (value) => Math.max(0, Math.min(side - 1, Math.floor(value)));
  const x0 = clamp((x - reach) * Index.sx), x1 = clamp((x + reach) * Index.sx);
  const y0 = clamp((y - reach) * Index.sy), y1 = clamp((y + reach) * Index.sy);
  for (let cy = y0; cy <= y1; cy++) for (let cx = x0; cx <= x1; cx++) {
    for (let p = Index.start[cy * side + cx]; p < Index.start[cy * side + cx + 1]; p++) {
      const i = Index.items[p];
      if (b[i * 4] - reach <= x && b[i * 4 + 2] + reach >= x && b[i * 4 + 1] - reach <= y && b[i * 4 + 3] + reach >= y) found.add(i);
    }
  }
  return found;
}

function holds(layer, i, x, y) {
  let inside = false;
  for (let r = layer.rings[i]; r < layer.rings[i + 1]; r++) {
    for (let p = layer.points[r], q = layer.points[r + 1] - 1; p < layer.points[r + 1]; q = p++) {
      const yp = layer.y[p], yq = layer.y[q];
      if (yp > y !== yq > y && x < ((layer.x[q] - layer.x[p]) * (y - yp)) / (yq - yp) + layer.x[p]) inside = !inside;
    }
  }
  return inside;
}

function boxArea(layer, i) {
  const b = layer.box;
  return (b[i * 4 + 2] - b[i * 4]) * (b[i * 4 + 3] - b[i * 4 + 1]);
}

// The drawn parcel at a point (EPSG:3857 metres) or within reach of it; the smallest wins; -1 if none.
function parcelAt(point, reachMetres, drawn) {
  const layer = D.shape.parcels, q = layer.quantum;
  const x = (point.x - layer.origin[0]) / q, y = (point.y - layer.origin[1]) / q;
  let best = -1, bestArea = Infinity, inside = false;
  for (const i of near(x, y, reachMetres / q)) {
    if (!drawn(i)) continue;
    const hit = holds(layer, i, x, y), area = boxArea(layer, i);
    if ((hit && !inside) || (hit === inside && area < bestArea)) { best = i; bestArea = area; inside = hit; }
  }
  return best;
}
