// The filters beyond grade and place. Each gives a parcel one value; "" in S.facet means any.
const CLUSTER_SIZES = ["1", "2", "5", "10", "50mu"];

function codeFacet(key, column, list) {
  return {
    key, column, value: (i) => D.col[column].at(i) || "-",
    values: () => [...D.words[list].map((item) => item.code), "-"],
    word: (value) => (value === "-" ? t("f_none_" + key) : wordOf(list, value)),
    test(i, wanted) { return this.value(i) === wanted; }
  };
}

// Classes of a number, the first that fits; each is [value, least, below].
function classFacet(key, column, classes, most) {
  return { key, column, values: () => classes.map(([value]) => value), word: (value) => t(value), test: (i, wanted) => { const [, least, below] = classes.find(([value]) => value === wanted), found = D.col[column].at(i) * (most || 1); return found >= least && found < below; } };
}

const FACETS = [
  { key: "kind", column: "score", values: () => ["kind_idle", "kind_les"], word: (value) => t(value), test: (i, wanted) => D.col.flag[i] === (wanted === "kind_idle" ? 1 : 2) },
  {
    key: "use", column: "land_use_zh", values: () => [...distinct("land_use_zh"), "-"], word: (value) => useWord(value),
    test: (i, wanted) => (D.col.land_use_zh.at(i) || "-") === wanted
  },
  classFacet("area", "area_mu", [["area_5", 0, 5], ["area_20", 5, 20], ["area_50", 20, 50], ["area_max", 50, Infinity]]),
  classFacet("cover", "coverage", [["cover_90", 0.9, Infinity], ["cover_75", 0.75, Infinity], ["cover_60", 0.6, Infinity], ["cover_low", 0, 0.6]]),
  classFacet("p", "p_flag", [["p_80", 0.8, Infinity], ["p_50", 0.5, 0.8], ["p_low", 0, 0.5]]),
  codeFacet("stability", "stability", "stability"),
  codeFacet("land_state", "land_state", "land_state"),
  {
    key: "against", column: "contradictions", values: () => ["yes", "no"], word: (value) => t("against_" + value),
    test: (i, wanted) => (wanted === "yes") === (D.col.contradictions.at(i) !== "")
  },
  codeFacet("hot_spot", "hot_spot", "hot_spot"),
  { key: "cluster", column: "cluster_id", values: () => CLUSTER_SIZES, word: (value) => t("cluster_" + value), test: (i, wanted) => clusterHas(i, wanted) },
  {
    key: "check", column: "check_status", values: () => [...new Set(["未核", ...distinct("check_status")])], word: checkWord,
    test: (i, wanted) => (D.col.check_status.at(i) || "未核") === wanted
  },
  {
    key: "group", column: "group", values: () => distinct("group"), word: (value) => (WORDS[S.lang]["g_" + value] ? t("g_" + value) : value),
    test: (i, wanted) => D.col.group.at(i) === wanted
  }
];

// The English name of a land use, read from a parcel that has it.
const uses = new Map();
function useWord(value) {
  if (value === "-") return t("f_none_use");
  if (S.lang !== "en") return value;
  if (!uses.has(value)) { let i = 0; while (i < D.n && D.col.land_use_zh.at(i) !== value) i++; uses.set(value, (i < D.n && D.col.land_use_en.at(i)) || value); }
  return uses.get(value);
}

function distinct(column) {
  const held = D.col[column], found = new Set(held.words || Array.from({ length: D.n }, (_, i) => held.at(i)));
  found.delete("");
  return [...found].sort();
}

const CHECK_EN = { "未核": "not yet", "属实": "confirmed", "不属实": "rejected" };
function checkWord(value) { return (S.lang === "en" && CHECK_EN[value]) || value; }

// A parcel without a cluster stands on its own.
function clusterHas(i, wanted) {
  const parcels = D.col.cluster_id.at(i) ? D.col.cluster_parcels.at(i) || 0 : 1;
  if (wanted === "1") return parcels < 2;
  return wanted === "50mu" ? D.col.cluster_area_mu.at(i) >= 50 : parcels >= Number(wanted);
}

// A facet no parcel has a value for is not offered; one with a single value filters nothing.
function openFacets() {
  return FACETS.filter((facet) => D.col[facet.column].some && (facet.key !== "group" || facet.values().length > 1));
}

// The facets in use, looked up once for the hundred thousand parcels that are asked.
let wanted = [];
function gatherWanted() { wanted = FACETS.filter((facet) => S.facet[facet.key]); }

function passes(i, except) {
  if (S.cluster && D.col.cluster_id.at(i) !== S.cluster) return false;
  for (const facet of wanted) if (facet.key !== except && !facet.test(i, S.facet[facet.key])) return false;
  return true;
}

function chosenFacets() { return FACETS.filter((facet) => S.facet[facet.key]).length + (S.cluster ? 1 : 0); }

function resetFacets() {
  S.facet = {};
  S.cluster = "";
}

function facetHash(part) {
  for (const facet of FACETS) if (S.facet[facet.key]) part.set("f_" + facet.key, S.facet[facet.key]);
  if (S.cluster) part.set("cl", S.cluster);
}

function readFacets(part) {
  for (const facet of openFacets()) if (facet.values().includes(part.get("f_" + facet.key))) S.facet[facet.key] = part.get("f_" + facet.key);
  if (part.has("cl") && distinct("cluster_id").includes(part.get("cl"))) S.cluster = part.get("cl");
}

function setFacet(key, value) {
  if (value) S.facet[key] = value; else delete S.facet[key];
  applyFilters();
}

function chooseCluster(id) {
  S.cluster = id;
  applyFilters();
  if (id) showRows();
}

// Bring all parcels of the list into view.
function showRows() {
  let bounds = null;
  for (const i of S.rows) if (!isEmpty(D.shape.parcels, i)) {
    const own = boundsOf(metres(D.shape.parcels, i));
    bounds = bounds ? bounds.extend(own) : own;
  }
  if (!bounds) return;
  const [left, top, right, bottom] = covered();
  map.fitBounds(bounds, { animate: false, maxZoom: CLOSE_ZOOM, paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] });
}

function drawFacets() {
  gatherWanted();
  const facets = openFacets(), box = byId("more"), n = chosenFacets();
  byId("more-open").hidden = !facets.length;
  byId("more-open").textContent = n ? t("more_n", { n }) : t("more");
  byId("more-open").setAttribute("aria-expanded", !box.hidden);
  const picked = byId("cluster-on");
  picked.hidden = !S.cluster;
  picked.replaceChildren(t("cluster_on", { v: S.cluster }), h("small", { text: t("cluster_clear") }));
  if (box.hidden) return;
  const held = document.activeElement && document.activeElement.dataset.facet;
  box.replaceChildren(...facets.map(facetNode));
  if (held) box.querySelector(`[data-facet="${held}"]`).focus();
}

// Counts say what each choice would leave, all other filters kept.
function facetNode(facet) {
  const rest = ordered().filter((i) => S.kinds.has(D.col.kind[i]) && inPlace(i) && passes(i, facet.key));
  const options = facet.values().map((value) => ({ value, n: rest.filter((i) => facet.test(i, value)).length }));
  const seen = options.filter((option) => option.n || S.facet[facet.key] === option.value);
  const select = h("select", { "data-facet": facet.key, on: { change: (event) => setFacet(facet.key, event.target.value) } },
    h("option", { value: "", text: t("any") }), ...seen.map(({ value, n }) => h("option", { value, text: facet.word(value) + " " + fixed(n, 0) })));
  select.value = S.facet[facet.key] || "";
  return h("label", {}, h("span", { text: t("f_" + facet.key) }), select);
}

function setUpFacets() {
  byId("more-open").addEventListener("click", () => {
    byId("more").hidden = !byId("more").hidden;
    if (!byId("more").hidden) setSheet("high");
    drawFacets();
    drawRows();
  });
  byId("cluster-on").addEventListener("click", () => chooseCluster(""));
}
