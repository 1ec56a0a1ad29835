// Candidate villages: unpacking, filters, the list (candidates by rank, or the plan by step).
const QUOTA_CENTS = 100;

function unpackVillages() {
  unpackSites();
  const held = D.villages;
  if (!held) return;
  for (const [name, place] of Object.entries(held)) if (place && (place.n || place.t) && name !== "n") held[name] = place.t ? texts(place) : numbers(place);
  for (const name of ["kind", "town"]) held[name] = array(held[name]);
  held.shape = shapes(held.shape);
  for (const item of held.criteria) { item.value = numbers(item.value); item.points = numbers(item.points); }
  held.places = new Map(Array.from({ length: held.n }, (_, i) => [held.village_id.at(i), i]));
  held.move = new Int32Array(held.n).fill(-1);
  const plan = D.plan;
  if (!plan) return;
  for (const name of ["step", "way_m", "households"]) plan[name] = numbers(plan[name]);
  for (const name of ["site_id", "unchecked", "town"]) plan.sites[name] = texts(plan.sites[name]);
  for (const name of ["capacity", "area_mu", "x", "y"]) plan.sites[name] = numbers(plan.sites[name]);
  plan.sites.shape = shapes(plan.sites.shape);
  plan.village.forEach((village, move) => { held.move[village] = move; });
}

function resetVillages() { V.kinds = new Set(D.villages.kinds.keys()); V.town = -1; V.text = ""; }

function villageName(i) { return D.villages.name.at(i) || shortId(D.villages.village_id.at(i)); }
function villageTown(i) { const town = D.towns[D.villages.town[i]]; return town ? say(town) : ""; }
function siteName(site) { return shortId(D.plan.sites.site_id.at(site)); }
// The first word of a kind is enough beside its sign; the chips and the card have it whole.
function shortKind(k) { return say(D.villages.kinds[k]).split(" ")[0]; }
// Where no home is estimated nobody is shown on the way: whether someone lives there comes first.
function hasHomes(move) { return D.plan.households.at(move) > 0; }
function wayOf(move) { return hasHomes(move) ? "→ " + t("p_to", { site: siteName(D.plan.site[move]), d: wayText(D.plan.way_m.at(move)) }) : t("p_no_homes"); }
function homesText(i) { return homes(D.villages.households_est.at(i)); }
function homes(n) { return fixed(n, n < 9.95 ? 1 : 0); }
function wayText(metres) { return metres < 1000 ? t("scale_m", { v: fixed(metres, 0) }) : t("scale_km", { v: fixed(metres / 1000, 1) }); }

function villagePasses(i) {
  const text = lower(V.text);
  return V.kinds.has(D.villages.kind[i]) && (V.town < 0 || D.villages.town[i] === V.town)
    && (!text || lower(D.villages.name.at(i)).includes(text) || lower(D.villages.village_id.at(i)).includes(text));
}

// Items of the list: villages by rank, or those of the plan by step with a line at the budget.
function collectVillages() {
  if (S.task === "idle") return;
  if (onSites()) { collectSites(); return; }
  const rows = [];
  if (S.task === "villages") { for (let i = 0; i < D.villages.n; i++) if (villagePasses(i)) rows.push({ village: i, move: -1 }); }
  else {
    D.plan.village.forEach((village, move) => { if (villagePasses(village)) rows.push({ village, move }); });
    const cut = rows.findIndex((row) => D.plan.step.at(row.move) > V.step);
    if (cut >= 0) rows.splice(cut, 0, { village: -1, move: -1 });
  }
  V.items = rows;
  V.cursor = rows.findIndex((row) => row.village >= 0 && row.village === V.sel);
}

function inBudget(move) { return D.plan.step.at(move) <= V.step; }

function drawVillageFilters() {
  if (S.task === "idle") return;
  if (onSites()) { drawSites(); return; }
  const count = (k) => (S.task === "plan" ? D.plan.village.filter((i) => D.villages.kind[i] === k).length : D.villages.kind.filter((kind) => kind === k).length);
  byId("v-chips").replaceChildren(...D.villages.kinds.map((kind, k) => h("button", { "aria-pressed": V.kinds.has(k), "data-kind": k, on: { click: () => toggleVillageKind(k) } }, kindKey(k), say(kind), h("small", { text: fixed(count(k), 0) }))));
  byId("v-town").replaceChildren(h("option", { value: -1, text: t("all_towns", { n: D.towns.length }) }), ...D.towns.map((town, number) => h("option", { value: number, text: say(town) || t("no_town") })));
  byId("v-town").value = String(V.town);
  byId("v-text").value = V.text;
}

function toggleVillageKind(k) {
  if (V.kinds.has(k)) V.kinds.delete(k); else V.kinds.add(k);
  filterVillages();
}

function filterVillages() { collectVillages(); byId("v-list").scrollTop = 0; emit("village"); keepHash(); }

function villageTotals() {
  const plan = S.task === "plan", shown = V.items.filter((row) => row.village >= 0 && (!plan || inBudget(row.move)));
  const sum = (column) => shown.reduce((all, row) => all + (column.at(row.village) || 0), 0);
  const moved = () => shown.reduce((all, row) => all + D.plan.households.at(row.move), 0);
  return { n: shown.length, homes: plan ? moved() : sum(D.villages.households_est), mu: sum(plan ? D.villages.cleared_mu : D.villages.area_mu) };
}

function drawVillageSummary() {
  if (S.task === "idle" || onSites()) return;
  const plan = S.task === "plan", sum = villageTotals(), rest = fixed(D.villages.every - D.villages.n, 0);
  byId("v-sum-head").textContent = t(plan ? "v_sum_plan" : "v_sum");
  byId("v-sum-area-head").textContent = t(plan ? "v_sum_cleared" : "v_sum_area");
  byId("v-sum-n").textContent = fixed(sum.n, 0);
  byId("v-sum-homes").textContent = fixed(sum.homes, 0);
  byId("v-sum-mu").textContent = fixed(sum.mu, 0);
  byId("v-shown").textContent = plan ? t("v_plan_shown") : t("v_shown", { n: fixed(sum.n, 0), all: fixed(D.villages.n, 0), rest });
  byId("v-shown").title = plan ? "" : t("v_shown_why", { rest });
  byId("v-panel").textContent = t(plan ? "v_ladder" : "v_towns");
  byId("voice").textContent = t("v_said", { n: sum.n });
  const heads = plan ? ["v_step", "v_to", "v_count", "v_quota"] : ["v_rank", "v_village", "v_score", "v_count"];
  heads.forEach((key, place) => { byId("v-col-" + (place + 1)).textContent = t(key); });
}

function villageRow(place, height) {
  const { village: i, move } = V.items[place], top = { top: place * height + "px" };
  if (i < 0) return h("div", { class: "row cut", role: "presentation", style: top, text: t("v_cut") });
  const held = D.villages, plan = S.task === "plan";
  const below = plan ? wayOf(move)
    : [t("cov", { v: percent(held.coverage.at(i)) }), muText(held.area_mu.at(i)), shortKind(held.kind[i])].join(" · ");
  const numbers = plan ? [fixed(D.plan.households.at(move), 0), fixed(held.net_quota_mu.at(i), 2)] : [fixed(held.score.at(i), 1), homesText(i)];
  const row = h("div", { class: "row" + (plan && !inBudget(move) ? " out" : ""), id: "v-row-" + place, role: "option", "aria-selected": i === V.sel, "aria-posinset": place + 1, "aria-setsize": V.items.length, title: held.village_id.at(i) + " · " + say(held.kinds[held.kind[i]]) + " · " + below, style: top },
    h("span", { class: "rank", text: fixed(plan ? D.plan.step.at(move) : held.rank.at(i), 0) }), kindKey(held.kind[i]),
    h("div", {}, h("p", { text: villageName(i) + " " + villageTown(i) }), h("p", { text: below })), ...numbers.map((text) => h("div", { class: "num", text })));
  if (place === V.cursor) row.classList.add("cursor");
  return row;
}

function drawVillageRows() {
  if (S.task === "idle" || onSites()) return;
  const list = byId("v-list"), height = rowHeight(), box = byId("v-rows");
  box.style.height = V.items.length * height + "px";
  const first = Math.max(0, Math.floor(list.scrollTop / height) - 4), last = Math.min(V.items.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + 4), nodes = [];
  for (let place = first; place < last; place++) nodes.push(villageRow(place, height));
  if (!V.items.length) nodes.push(h("p", { class: "hint empty", text: t("v_none") }));
  box.replaceChildren(...nodes);
  list.setAttribute("aria-activedescendant", V.cursor >= first && V.cursor < last ? "v-row-" + V.cursor : "");
}

function moveVillageCursor(place, by) {
  let to = Math.max(0, Math.min(V.items.length - 1, place));
  if (V.items[to] && V.items[to].village < 0) to = Math.max(0, Math.min(V.items.length - 1, to + by));
  V.cursor = to;
  const list = byId("v-list"), height = rowHeight();
  if (to * height < list.scrollTop) list.scrollTop = to * height;
  else if ((to + 1) * height > list.scrollTop + list.clientHeight) list.scrollTop = (to + 1) * height - list.clientHeight;
  drawVillageRows();
  hoverVillage(V.items[to] ? V.items[to].village : -1);
}

function setUpVillages() {
  const list = byId("v-list"), placeOf = (event) => { const row = event.target.closest(".row[id]"); return row ? Number(row.id.slice(6)) : -1; };
  list.addEventListener("scroll", drawVillageRows);
  new ResizeObserver(drawVillageRows).observe(list);
  list.addEventListener("click", (event) => { const place = placeOf(event); if (place >= 0) { pickVillage(V.items[place].village, { move: true }); list.focus({ preventScroll: true }); } });
  list.addEventListener("pointermove", (event) => { const place = placeOf(event); hoverVillage(place >= 0 ? V.items[place].village : -1); });
  list.addEventListener("pointerleave", () => hoverVillage(-1));
  list.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / rowHeight()) - 1), last = V.items.length - 1;
    const to = { ArrowDown: V.cursor + 1, ArrowUp: V.cursor - 1, Home: 0, End: last, PageDown: V.cursor + page, PageUp: V.cursor - page }[event.key];
    if (to !== undefined) { event.preventDefault(); moveVillageCursor(to, to > V.cursor ? 1 : -1); }
    else if (event.key === "Enter" && V.cursor >= 0) { event.preventDefault(); pickVillage(V.items[V.cursor].village, { move: true }); byId("right").focus({ preventScroll: true }); }
  });
  byId("v-town").addEventListener("change", (event) => chooseVillageTown(Number(event.target.value)));
  byId("v-text").addEventListener("input", (event) => { V.text = event.target.value; filterVillages(); });
  byId("v-panel").addEventListener("click", () => { const asked = S.task === "plan" ? "ladder" : "towns"; V.panel = V.panel === asked && V.sel < 0 ? "" : asked; V.sel = -1; collectVillages(); emit("village"); });
  byId("v-csv").addEventListener("click", () => download(["villages", D.meta.run_code].filter(Boolean).join("-") + ".csv", villageCsv(), "text/csv;charset=utf-8"));
}

function chooseVillageTown(number) {
  V.town = number;
  filterVillages();
  const layer = D.shape.towns, place = layer && number >= 0 ? layer.codes.indexOf(D.towns[number].code) : -1;
  if (place >= 0 && !isEmpty(layer, place)) map.fitBounds(boundsOf(metres(layer, place)), { animate: false, padding: [24, 24] });
}

function villageCsv() {
  const held = D.villages, lines = [WORDS[S.lang].csv_v.map(cell).join(",")];
  for (const { village: i } of V.items) {
    if (i < 0) continue;
    const move = held.move[i], number = (column, digits) => plainNumber(column.at(i), digits);
    lines.push([held.village_id.at(i), held.name.at(i), villageTown(i), say(held.kinds[held.kind[i]]), held.grade.at(i), number(held.rank, 0), number(held.score, 1),
      plainNumber(held.coverage.at(i) * 100, 1), number(held.households_est, 1), number(held.population_est, 0), number(held.area_mu, 2), number(held.net_quota_mu, 2),
      move >= 0 ? D.plan.step.at(move) : null, villageEvidence(i)].map(cell).join(","));
  }
  return "\ufeff" + lines.join("\r\n") + "\r\n";
}

function villageEvidence(i) { return D.villages["evidence_" + S.lang].at(i) || D.villages.evidence_zh.at(i); }
