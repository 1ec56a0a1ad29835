// What lies under the parcels: study area, water, roads, town boundaries.
const ROADS = [
  { from: 0, edge: "#B8A06A", fill: "#FFF6DE", width: (z) => Math.max(1.2, (z - 8) * 0.75) },
  { from: 0, edge: "#B2BAC4", fill: "#FFFFFF", width: (z) => Math.max(0.8, (z - 9) * 0.8) },
  { from: 12.5, edge: "#B2BAC4", fill: "#FFFFFF", width: (z) => Math.max(0.8, (z - 10.5) * 0.8) },
  { from: 14, edge: "#C3CAD3", fill: "#FFFFFF", width: (z) => Math.max(0.8, (z - 12) * 0.7) }
];

function paintGround(pen, v) {
  const county = D.shape.county, towns = D.shape.towns;
  if (county && !D.meta.hillshade) fillLayer(pen, v, county, "#F4F5F3");
  if (D.shape.water && isVisible("water")) fillLayer(pen, v, D.shape.water, "#BFD9EA");
  if (D.shape.streams && isVisible("water")) lineLayer(pen, v, D.shape.streams, strokeWith("#BFD9EA", v.z < 12.5 ? 1.2 : 2));
  if (D.shape.roads && isVisible("roads")) paintRoads(pen, v);
  if (county) maskOutside(pen, v, county);
  if (towns && isVisible("towns")) lineLayer(pen, v, towns, strokeWith("#8A95A5", 0.9, [2, 2]), true);
}

function fillLayer(pen, v, layer, colour) {
  drawAll(pen, layer, lens(layer, v), everyObject(layer), () => { pen.fillStyle = colour; pen.fill("evenodd"); });
}

function lineLayer(pen, v, layer, stroke, closed = false) {
  drawAll(pen, layer, lens(layer, v), everyObject(layer), stroke, closed);
  pen.setLineDash([]);
}

function paintRoads(pen, v) {
  const areas = D.shape.road_areas;
  if (areas) { fillLayer(pen, v, areas, "#FFFFFF"); lineLayer(pen, v, areas, strokeWith("#B2BAC4", v.z < HATCH_FROM ? 0.5 : 0.9), true); }
  const layer = D.shape.roads, l = lens(layer, v);
  for (let rank = ROADS.length - 1; rank >= 0; rank--) {
    const road = ROADS[rank];
    if (v.z < road.from) continue;
    const items = [];
    for (let i = 0; i < layer.count; i++) if (layer.kind[i] === rank) items.push(i);
    const width = road.width(v.z);
    if (rank && v.z < CIRCLES_BELOW) { drawAll(pen, layer, l, items, strokeWith("#C3CAD3", 0.9), false); continue; }
    drawAll(pen, layer, l, items, strokeWith(road.edge, width + 1.2), false);
    drawAll(pen, layer, l, items, strokeWith(road.fill, width), false);
  }
}

function maskOutside(pen, v, county) {
  const l = lens(county, v);
  pen.beginPath();
  pen.rect(-10, -10, v.w + 20, v.h + 20);
  for (let i = 0; i < county.count; i++) trace(pen, county, l, i);
  pen.fillStyle = "rgba(233,236,240,0.82)";
  pen.fill("evenodd");
}
