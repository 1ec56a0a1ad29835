// The filtered list as CSV or GeoJSON, made in the browser.
const FLAG_WORDS = ["kind_none", "idle", "les", "doubt_chip", "veto_chip"];
const FLAG_CODES = ["none", "suspected_idle", "suspected_low_efficiency", "insufficient_evidence", "vetoed"];

function plainNumber(value, digits) { return Number.isFinite(value) ? Number(value.toFixed(digits)) : null; }

function exported(i) {
  const c = D.col, graded = isGraded(i), en = S.lang === "en";
  return {
    parcel_id: c.parcel_id.at(i), town_name: townText(i), flag: FLAG_CODES[c.flag[i]], grade: graded ? c.grade.at(i) : "",
    rank: graded ? plainNumber(c.rank.at(i), 0) : null, score: graded ? plainNumber(c.score.at(i), 1) : null,
    coverage: plainNumber(c.coverage.at(i), 3), area_mu: plainNumber(c.area_mu.at(i), 2), zone_in: c.zone_in[i] === 1, zone_name: c.zone_name.at(i),
    land_use: (en && c.land_use_en.at(i)) || c.land_use_zh.at(i) || c.land_use.at(i), evidence: evidence(i),
    veto: c["veto_" + S.lang].at(i) || c.veto_zh.at(i), lon: plainNumber(c.lon.at(i), 6), lat: plainNumber(c.lat.at(i), 6),
    p_flag: plainNumber(c.p_flag.at(i), 3), rank_p10: plainNumber(c.rank_p10.at(i), 0), rank_p90: plainNumber(c.rank_p90.at(i), 0),
    stability: c.stability.at(i), land_state: c.land_state.at(i), contradictions: spoken("contradictions", i) || c.contradictions.at(i),
    signal: c.signal.at(i), hot_spot: c.hot_spot.at(i), cluster_id: c.cluster_id.at(i), check_status: c.check_status.at(i),
    ...(W.on ? { what_if_not_baseline: true, baseline_rank: plainNumber(baseRank(i), 0), baseline_score: plainNumber(W.base.score.at(i), 1) } : {})
  };
}

// Text a spreadsheet could take for a formula gets an apostrophe, as in the written lists.
function cell(value) {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  let text = String(value);
  if (/^[ \u00a0\u061c\u3000\u202f\u205f\u2060\u2000-\u200f]*[=+\-@\t\r\n＝＋－＠﹦﹢﹣﹫]/.test(text)) text = "'" + text;
  return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}

function csvText() {
  const heads = ["id", "town", "kind", "grade", "rank", "score", "coverage", "area", "in", "zone", "use", "evidence", "veto", "lon", "lat", "p_flag", "p10", "p90", "stability", "state", "against", "signal", "hot", "cluster", "check"].map((key) => t("csv_" + key));
  if (W.on) heads.push(t("csv_trial"), t("csv_old_rank"), t("csv_old_score"));
  const lines = [heads.map(cell).join(",")];
  for (const i of S.rows) {
    const row = exported(i);
    row.flag = t(FLAG_WORDS[D.col.flag[i]]);
    row.coverage = row.coverage === null ? null : plainNumber(row.coverage * 100, 1);
    row.zone_in = t(row.zone_in ? "yes" : "no");
    if (W.on) row.what_if_not_baseline = t("w_trial");
    for (const name of ["stability", "land_state", "signal", "hot_spot"]) row[name] = row[name].split(";").filter(Boolean).map((code) => wordOf(name, code)).join("；");
    lines.push(Object.values(row).map(cell).join(","));
  }
  return "\ufeff" + lines.join("\r\n") + "\r\n";
}

// Rings of a polygon layer are stored flat; outer rings run one way and holes the other by area sign.
function ringsOf(layer, i) {
  const [ox, oy] = layer.origin, q = layer.quantum, rings = [];
  for (let r = layer.rings[i]; r < layer.rings[i + 1]; r++) {
    const ring = [];
    for (let p = layer.points[r]; p < layer.points[r + 1]; p++) {
      const at = toLatLng(ox + layer.x[p] * q, oy + layer.y[p] * q);
      ring.push([plainNumber(at.lng, 6), plainNumber(at.lat, 6)]);
    }
    if (ring.length) ring.push(ring[0]);
    rings.push(ring);
  }
  return rings;
}

function ringHolds(ring, [x, y]) {
  let inside = false;
  for (let p = 0, q = ring.length - 1; p < ring.length; q = p++) {
    const [xp, yp] = ring[p], [xq, yq] = ring[q];
    if (yp > y !== yq > y && x < ((xq - xp) * (y - yp)) / (yq - yp) + xp) inside = !inside;
  }
  return inside;
}

// A ring inside the outer ring before it is its hole; any other ring starts a new part.
function parts(rings) {
  const out = [];
  for (const ring of rings) {
    const last = out[out.length - 1];
    const middle = [(ring[0][0] + ring[1][0]) / 2, (ring[0][1] + ring[1][1]) / 2];
    if (last && ringHolds(last[0], middle)) last.push(ring); else out.push([ring]);
  }
  return out;
}

function geojsonText(rows = S.rows) {
  const features = rows.filter((i) => !isEmpty(D.shape.parcels, i)).map((i) => {
    const polygons = parts(ringsOf(D.shape.parcels, i));
    const geometry = polygons.length === 1 ? { type: "Polygon", coordinates: polygons[0] } : { type: "MultiPolygon", coordinates: polygons };
    return { type: "Feature", id: D.col.parcel_id.at(i), properties: exported(i), geometry };
  });
  return JSON.stringify({ type: "FeatureCollection", name: W.on ? "what-if-not-baseline" : "candidates", features });
}

function download(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

function fileName(ending) { return [W.on ? "what-if-not-baseline" : "candidates", D.meta.run_code].filter(Boolean).join("-") + "." + ending; }

function setUpExport() {
  byId("csv").addEventListener("click", () => download(fileName("csv"), csvText(), "text/csv;charset=utf-8"));
  byId("geojson").addEventListener("click", () => download(fileName("geojson"), geojsonText(), "application/geo+json"));
}
