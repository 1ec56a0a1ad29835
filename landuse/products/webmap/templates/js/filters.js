// Chips, place, town, summary strip, and the words that announce a result.
function drawFilters() {
  const kinds = [...D.grades.keys(), ...[D.DOUBT, D.VETO, D.OTHER].filter((kind) => D.counts[kind])];
  byId("chips").replaceChildren(...kinds.map((kind) => {
    const look = colours(kind), short = D.grades[kind] ? tileText(kind) : kindName(kind);
    return h("button", { "aria-pressed": S.kinds.has(kind), title: kindName(kind), "data-kind": kind, on: { click: () => toggleKind(kind) } },
      h("i", { style: { background: kind < D.DOUBT ? look.fill : kind === D.DOUBT ? "repeating-linear-gradient(135deg,#fff 0 2px,#5B6472 2px 3px)" : kind === D.VETO ? "#C9CFD7" : look.fill, border: "1px solid " + look.line } }), short, h("small", { text: fixed(D.counts[kind], 0) }));
  }));
  byId("where").replaceChildren(...[["all", "all"], ["in", "inside"], ["out", "outside"]].map(([value, key]) =>
    h("button", { "aria-pressed": S.where === value, "data-where": value, text: t(key), on: { click: () => { S.where = value; applyFilters(); } } })));
  const towns = D.towns.map((town, number) => ({ number, name: say(town) || t("no_town") }));
  byId("town").replaceChildren(h("option", { value: -1, text: t("all_towns", { n: towns.length }) }), ...towns.map((town) => h("option", { value: town.number, text: town.name })));
  byId("town").value = String(S.town);
  drawFacets();
}

function tileText(kind) {
  const code = D.grades[kind].code;
  return ({ I: "Ⅰ", II: "Ⅱ", III: "Ⅲ", IV: "Ⅳ", V: "Ⅴ" })[code] || code || kindName(kind);
}

function toggleKind(kind) {
  if (S.kinds.has(kind)) S.kinds.delete(kind); else S.kinds.add(kind);
  applyFilters();
}

function clearFilters() {
  resetFilters();
  applyFilters();
}

function totals() {
  let mu = 0, inside = 0, count = 0;
  for (const i of S.rows) if (isGraded(i)) {
    const area = D.col.area_mu.at(i) || 0;
    count++; mu += area; if (D.col.zone_in[i]) inside += area;
  }
  return { count, mu, inside };
}

// Parcels the list could show: those off the list count only once they are asked for.
function listable() { return D.n - (S.kinds.has(D.OTHER) ? 0 : D.counts[D.OTHER]); }

function drawSummary() {
  const sum = totals();
  byId("sum-n").textContent = fixed(sum.count, 0);
  byId("sum-mu").textContent = fixed(sum.mu, 0);
  byId("sum-in").textContent = sum.mu > 0 ? fixed((sum.inside / sum.mu) * 100, 0) : MISSING;
  byId("tab-count").textContent = fixed(D.grades.reduce((all, _, kind) => all + D.counts[kind], 0), 0);
  byId("shown").textContent = t("shown", { n: fixed(S.rows.length, 0), all: fixed(listable(), 0) });
  byId("voice").textContent = t("said", { n: S.rows.length, mu: fixed(sum.mu, 0) });
}

function setUpFilters() {
  byId("town").addEventListener("change", (event) => chooseTown(Number(event.target.value)));
  byId("clear").addEventListener("click", clearFilters);
  byId("fold").addEventListener("click", () => {
    const folded = document.body.classList.toggle("folded");
    byId("fold").setAttribute("aria-expanded", !folded);
  });
  byId("sheet").addEventListener("click", () => setSheet(SHEETS[(SHEETS.indexOf(byId("left").dataset.sheet) + 1) % SHEETS.length]));
  byId("sheet-filter").addEventListener("click", () => setSheet(byId("left").dataset.sheet === "high" ? "half" : "high"));
}

// On a phone the list is a sheet over the map: rows at half height, all filters when high.
const SHEETS = ["low", "half", "high"];
function setSheet(height) {
  byId("left").dataset.sheet = height;
  byId("sheet-filter").setAttribute("aria-expanded", height === "high");
}

function chooseTown(number) {
  S.town = number;
  applyFilters();
  const layer = D.shape.towns, place = layer && number >= 0 ? layer.codes.indexOf(D.towns[number].code) : -1;
  if (place >= 0 && !isEmpty(layer, place)) map.fitBounds(boundsOf(metres(layer, place)), { animate: false, padding: [24, 24] });
}
