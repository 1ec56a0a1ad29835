// What is chosen. Lives in the address after #, so that a link brings it back.
const S = { lang: "zh", kinds: new Set(), where: "all", town: -1, sel: -1, cursor: -1, hover: -1, off: new Set(), rows: [], shown: null, facet: {}, cluster: "", mode: "grade", task: "idle" };
const listeners = {};

function on(name, run) { (listeners[name] = listeners[name] || []).push(run); }
function emit(name) { for (const run of listeners[name] || []) run(); }

function resetFilters() {
  S.kinds = new Set(D.grades.keys());
  S.where = "all";
  S.town = -1;
  resetFacets();
}

// Graded parcels, by rank; those without a rank behind them, large before small.
function prepareOrder() {
  const graded = bySize(ofKinds((kind) => kind < D.DOUBT)), rank = D.col.rank;
  const ranked = graded.filter((i) => Number.isFinite(rank.at(i)));
  S.graded = inOrder(ranked, (i) => rank.at(i)).concat(graded.filter((i) => !Number.isFinite(rank.at(i))));
  S.ungraded = null;
}

// Parcels of the kinds chosen: graded ones first, the rest by kind, large before small. Most lists
// ask for no ungraded parcel, and a county holds many.
function ordered() {
  if (![...S.kinds].some((kind) => kind >= D.DOUBT)) return S.graded;
  S.ungraded ||= [D.DOUBT, D.VETO, D.OTHER].flatMap((asked) => bySize(ofKinds((kind) => kind === asked)));
  return S.graded.concat(S.ungraded);
}

function ofKinds(asked) {
  const items = [];
  D.col.kind.forEach((kind, i) => { if (asked(kind)) items.push(i); });
  return items;
}

function bySize(items) { return inOrder(items, (i) => -Math.round(100 * (D.col.area_mu.at(i) || 0))); }
function inOrder(items, number) { return Array.from(ascending(items.map(number)), (at) => items[at]); }

// The places of whole numbers in ascending order, equal ones as they stand. Number and place go
// into one double, which a browser sorts without calling back.
function ascending(numbers) {
  const n = Math.max(1, numbers.length), least = numbers.reduce((low, value) => Math.min(low, value), 0);
  return Float64Array.from(numbers, (value, at) => (value - least) * n + at).sort().map((held) => held % n);
}

// The parcel of an id, -1 if there is none.
function parcelOf(id) {
  S.ids ||= new Map(Array.from({ length: D.n }, (_, i) => [D.col.parcel_id.at(i), i]));
  return S.ids.get(id) ?? -1;
}

// Inside the chosen place, whatever the grade.
function inPlace(i) {
  return (S.where === "all" || (S.where === "in") === (D.col.zone_in[i] === 1)) && (S.town < 0 || D.col.town[i] === S.town);
}

function applyFilters() {
  gatherRows();
  emit("filter");
  keepHash();
}

function gatherRows() {
  gatherWanted();
  S.rows = ordered().filter((i) => S.kinds.has(D.col.kind[i]) && inPlace(i) && passes(i));
  S.shown = new Uint8Array(D.n);
  for (const i of S.rows) S.shown[i] = 1;
  S.cursor = S.rows.indexOf(S.sel);
}

function isGraded(i) { return D.col.kind[i] < D.DOUBT; }
function isVisible(layer) { return !S.off.has(layer); }

function setLayer(name, visible) {
  if (visible) S.off.delete(name); else S.off.add(name);
  emit("layers");
  keepHash();
}

function setLanguage(lang) {
  S.lang = lang;
  emit("language");
  keepHash();
}

let hashTimer = 0;
function keepHash() {
  clearTimeout(hashTimer);
  hashTimer = setTimeout(writeHash, 120);
}

function hashText() {
  const centre = map.getCenter(), part = new URLSearchParams();
  part.set("l", S.lang);
  part.set("v", [centre.lat.toFixed(5), centre.lng.toFixed(5), map.getZoom().toFixed(2)].join("_"));
  const all = D.grades.every((_, k) => S.kinds.has(k)) && S.kinds.size === D.grades.length;
  if (!all) part.set("g", [...S.kinds].sort((a, b) => a - b).join("_"));
  if (S.where !== "all") part.set("w", S.where);
  if (S.town >= 0) part.set("t", D.towns[S.town].code);
  facetHash(part);
  if (S.mode !== "grade") part.set("m", S.mode);
  if (S.off.size) part.set("o", [...S.off].join("_"));
  if (S.sel >= 0) part.set("s", D.col.parcel_id.at(S.sel));
  trialHash(part);
  compareHash(part);
  taskHash(part);
  return "#" + part;
}

let lastHash = null;
function writeHash() {
  lastHash = hashText();
  // A frame without an address of its own (a notebook cell) cannot keep a hash; the map still works.
  try { history.replaceState(null, "", lastHash); } catch (error) { lastHash = null; }
}

// Take over language, filters and layers from the address; return the view and selection it names.
function readHash() {
  const part = new URLSearchParams(location.hash.slice(1));
  if (WORDS[part.get("l")]) S.lang = part.get("l");
  if (part.has("g")) S.kinds = new Set(part.get("g").split("_").filter((k) => /^\d+$/.test(k)).map(Number).filter((k) => k <= D.OTHER));
  if (["in", "out"].includes(part.get("w"))) S.where = part.get("w");
  if (part.has("t")) S.town = D.towns.findIndex((town) => town.code === part.get("t"));
  readFacets(part);
  readTrial(part);
  S.mode = openModes().includes(part.get("m")) ? part.get("m") : "grade";
  if (part.has("o")) S.off = new Set(part.get("o").split("_"));
  const view = (part.get("v") || "").split("_").map(Number);
  return { view: view.length === 3 && view.every(Number.isFinite) ? view : null, id: part.get("s") };
}
