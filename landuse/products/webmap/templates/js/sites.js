// Sites for better use: unpacking, filters, the list (chosen, all ways to cut them, or refused).
const O = { uses: new Set(), town: -1, text: "", show: "chosen", items: [], sel: -1, hover: -1, cursor: -1, why: false };
const SHOWS = ["chosen", "all", "refused"];

function onSites() { return S.task === "sites"; }

function unpackSites() {
  const held = D.sites;
  if (!held) return;
  for (const [name, place] of Object.entries(held)) if (place && !Array.isArray(place) && (place.n || place.t) && name !== "n") held[name] = place.t ? texts(place) : numbers(place);
  for (const name of ["chosen", "use", "town"]) held[name] = array(held[name]);
  for (const name of ["shape", "rect"]) held[name] = shapes(held[name]);
  held.places = new Map(Array.from({ length: held.n }, (_, i) => [held.site_id.at(i), i]));
  held.first = held.chosen.reduce((sum, one) => sum + one, 0);
}

function resetSites() { O.uses = new Set([...D.sites.useNames.keys(), -1]); O.town = -1; O.text = ""; O.show = "chosen"; }

function siteLabel(i) {
  const first = D.sites.members.at(i).split(";")[0], plots = D.sites.plots.at(i);
  return shortId(first) + (plots > 1 ? " +" + fixed(plots - 1, 0) : "");
}
function siteTown(i) { const town = D.towns[D.sites.town[i]]; return town ? say(town) : D.sites.town_name.at(i); }
function useName(code) { const use = D.sites.useNames.find((item) => item.code === code); return use ? say(use) : code; }
// A use without what the rule table adds in brackets or after a comma: a row has little room.
function shortUse(use) { return say(use).replace(/（.*）|,.*/, ""); }
function plotsText(i) { const n = D.sites.plots.at(i); return t(n === 1 ? "o_plot" : "o_plots", { n: fixed(n, 0) }); }
function siteText(name, i) { return D.sites[name + "_" + S.lang].at(i) || D.sites[name + "_zh"].at(i); }
function isRefused(i) { return D.sites.veto.at(i) !== ""; }

function siteMatches(i) {
  const text = lower(O.text);
  return (O.town < 0 || D.sites.town[i] === O.town) && (!text || lower(D.sites.site_id.at(i)).includes(text) || lower(D.sites.members.at(i)).includes(text));
}

function isThemedSite(i) {
  if (O.show === "refused") return isRefused(i) && siteMatches(i);
  return !isRefused(i) && (O.show === "all" || D.sites.chosen[i] === 1) && O.uses.has(D.sites.use[i]) && siteMatches(i);
}

function refusedMatches(row) {
  const text = lower(O.text), at = row.at;
  return (O.town < 0 || (at >= 0 && D.sites.town[at] === O.town)) && (!text || lower(row.site_id).includes(text) || lower(row.members).includes(text));
}

function collectSites() {
  O.items = [];
  if (O.show === "refused") D.sites.refused.forEach((row, place) => { if (refusedMatches(row)) O.items.push({ site: row.at, refused: place }); });
  else for (let i = 0; i < D.sites.n; i++) if (isThemedSite(i)) O.items.push({ site: i, refused: -1 });
  if (O.show === "all") O.items.sort((a, b) => (D.sites.ops.at(b.site) || 0) - (D.sites.ops.at(a.site) || 0) || a.site - b.site);
  O.cursor = O.items.findIndex((row) => row.site >= 0 && row.site === O.sel);
}

function filterSites() { collectSites(); byId("o-list").scrollTop = 0; emit("village"); keepHash(); }

function drawSiteFilters() {
  const counts = new Map();
  for (let i = 0; i < D.sites.n; i++) if (!isRefused(i) && (O.show === "all" || D.sites.chosen[i])) counts.set(D.sites.use[i], (counts.get(D.sites.use[i]) || 0) + 1);
  byId("o-chips").replaceChildren(...D.sites.useNames.map((use, k) => h("button", { "aria-pressed": O.uses.has(k), "data-use": use.code, disabled: O.show === "refused", on: { click: () => { if (O.uses.has(k)) O.uses.delete(k); else O.uses.add(k); filterSites(); } } }, shortUse(use), h("small", { text: fixed(counts.get(k) || 0, 0) }))));
  byId("o-show").replaceChildren(...SHOWS.map((name) => h("button", { "aria-pressed": O.show === name, "data-show": name, text: t("o_" + name), on: { click: () => { O.show = name; filterSites(); } } })));
  byId("o-town").replaceChildren(h("option", { value: -1, text: t("all_towns", { n: D.towns.length }) }), ...D.towns.map((town, number) => h("option", { value: number, text: say(town) || t("no_town") })));
  byId("o-town").value = String(O.town);
  byId("o-text").value = O.text;
}

function drawSiteSummary() {
  const rows = O.items.filter((row) => row.site >= 0), out = O.show === "refused", sum = rows.reduce((all, row) => all + (D.sites.area_mu.at(row.site) || 0), 0);
  byId("o-sum-head").textContent = t(out ? "o_sum_out" : O.show === "all" ? "o_sum_alt" : "o_sum");
  byId("o-sum-n").textContent = fixed(O.items.length, 0);
  byId("o-sum-mu").textContent = O.show === "chosen" ? fixed(sum, 1) : MISSING;  // overlapping areas are never added up
  byId("o-sum-first").textContent = out ? MISSING : fixed(rows.filter((row) => D.sites.grade.at(row.site) === "I").length, 0);
  byId("o-shown").textContent = t(out ? "o_shown_out" : O.show === "all" ? "o_shown_alt" : "o_shown", { n: fixed(O.items.length, 0), all: fixed(O.show === "all" ? D.sites.n : D.sites.first, 0) });
  byId("o-shown").title = out ? "" : t(O.show === "all" ? "o_shown_alt_why" : "o_shown_why");
  byId("o-why").textContent = t("o_reasons");
  byId("o-why").title = t("o_why");
  byId("voice").textContent = t("o_said", { n: O.items.length });
}

function siteRow(place, height) {
  const { site: i, refused } = O.items[place], held = D.sites, top = { top: place * height + "px" };
  const row = refused >= 0 ? held.refused[refused] : null, known = i >= 0;
  const name = row ? shortId(row.members.split(";")[0]) + (row.members.includes(";") ? " +" + (row.members.split(";").length - 1) : "") : siteLabel(i);
  const town = row && !known ? row.town_name : siteTown(i), below = row ? (S.lang === "en" ? row.reason_en : row.reason_zh) : [t("cov", { v: percent(held.coverage.at(i)) }), held.use[i] >= 0 ? shortUse(held.useNames[held.use[i]]) : MISSING].join(" · ");
  const node = h("div", { class: "row", id: "o-row-" + place, role: "option", "aria-selected": known && i === O.sel, "aria-posinset": place + 1, "aria-setsize": O.items.length, title: row ? below : [held.site_id.at(i), plotsText(i), held.use[i] >= 0 ? say(held.useNames[held.use[i]]) : MISSING].join(" · "), style: top },
    h("span", { class: "rank", text: row ? "" : fixed(place + 1, 0) }), diamondKey(row ? "out" : held.grade.at(i), !row && !held.chosen[i]),
    h("div", {}, h("p", { text: name + " " + town }), h("p", { text: below })), h("div", { class: "num", text: row ? "" : fixed(held.ops.at(i), 1) }), h("div", { class: "num", text: row ? fixed(row.area_mu, 1) : fixed(held.area_mu.at(i), 1) }));
  if (place === O.cursor) node.classList.add("cursor");
  return node;
}

function drawSiteRows() {
  if (!onSites()) return;
  const list = byId("o-list"), height = rowHeight(), box = byId("o-rows");
  box.style.height = O.items.length * height + "px";
  const first = Math.max(0, Math.floor(list.scrollTop / height) - 4), last = Math.min(O.items.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + 4), nodes = [];
  for (let place = first; place < last; place++) nodes.push(siteRow(place, height));
  if (!O.items.length) nodes.push(h("p", { class: "hint empty", text: t("o_none") }));
  box.replaceChildren(...nodes);
  list.setAttribute("aria-activedescendant", O.cursor >= first && O.cursor < last ? "o-row-" + O.cursor : "");
}

function drawSites() { drawSiteFilters(); drawSiteSummary(); drawSiteRows(); drawProjectButton(); }

function moveSiteCursor(place) {
  O.cursor = Math.max(0, Math.min(O.items.length - 1, place));
  const list = byId("o-list"), height = rowHeight();
  if (O.cursor * height < list.scrollTop) list.scrollTop = O.cursor * height;
  else if ((O.cursor + 1) * height > list.scrollTop + list.clientHeight) list.scrollTop = (O.cursor + 1) * height - list.clientHeight;
  drawSiteRows();
  hoverVillage(O.items[O.cursor] ? O.items[O.cursor].site : -1);
}

function setUpSites() {
  if (!D.sites) return;
  resetSites();
  const list = byId("o-list"), placeOf = (event) => { const row = event.target.closest(".row[id]"); return row ? Number(row.id.slice(6)) : -1; };
  list.addEventListener("scroll", drawSiteRows);
  new ResizeObserver(drawSiteRows).observe(list);
  list.addEventListener("click", (event) => { const place = placeOf(event); if (place >= 0) { pickVillage(O.items[place].site, { move: true }); list.focus({ preventScroll: true }); } });
  list.addEventListener("pointermove", (event) => { const place = placeOf(event); hoverVillage(place >= 0 ? O.items[place].site : -1); });
  list.addEventListener("pointerleave", () => hoverVillage(-1));
  list.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / rowHeight()) - 1);
    const to = { ArrowDown: O.cursor + 1, ArrowUp: O.cursor - 1, Home: 0, End: O.items.length - 1, PageDown: O.cursor + page, PageUp: O.cursor - page }[event.key];
    if (to !== undefined) { event.preventDefault(); moveSiteCursor(to); }
    else if (event.key === "Enter" && O.cursor >= 0) { event.preventDefault(); pickVillage(O.items[O.cursor].site, { move: true }); byId("right").focus({ preventScroll: true }); }
  });
  byId("o-town").addEventListener("change", (event) => { O.town = Number(event.target.value); filterSites(); });
  byId("o-text").addEventListener("input", (event) => { O.text = event.target.value; filterSites(); });
  byId("o-why").addEventListener("click", () => { O.why = !(O.why === true && O.sel < 0); O.sel = J.sel = -1; collectSites(); emit("village"); });
  byId("o-projects").addEventListener("click", toggleProjects);
  byId("o-csv").addEventListener("click", () => download(["sites", D.meta.run_code].filter(Boolean).join("-") + ".csv", siteCsv(), "text/csv;charset=utf-8"));
}

function siteCsv() {
  const held = D.sites, lines = [WORDS[S.lang].csv_o.map(cell).join(",")];
  for (const { site: i } of O.items) {
    if (i < 0) continue;
    const number = (column, digits) => plainNumber(column.at(i), digits);
    lines.push([held.site_id.at(i), held.chosen[i] ? 1 : 0, siteTown(i), number(held.plots, 0), held.members.at(i), number(held.area_mu, 2), number(held.ops, 1), held.grade.at(i), held.use[i] >= 0 ? say(held.useNames[held.use[i]]) : "",
      siteText("advice", i), siteText("advice_basis", i), siteText("first_check", i), held.unchecked.at(i), siteText("evidence", i)].map(cell).join(","));
  }
  return "\ufeff" + lines.join("\r\n") + "\r\n";
}

function siteHash(part) {
  if (O.show !== "chosen") part.set("os", O.show);
  if (O.town >= 0) part.set("ot", D.towns[O.town].code);
  if (O.sel >= 0) part.set("oi", D.sites.site_id.at(O.sel));
}

function readSites(part) {
  resetSites();
  if (SHOWS.includes(part.get("os"))) O.show = part.get("os");
  if (part.has("ot")) O.town = D.towns.findIndex((town) => town.code === part.get("ot"));
  O.sel = part.has("oi") ? D.sites.places.get(part.get("oi")) ?? -1 : -1;
}
