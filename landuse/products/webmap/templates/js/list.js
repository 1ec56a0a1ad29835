// The ranked list. Only the rows in sight exist, so that a hundred thousand scroll like ten.
function rowHeight() { return innerWidth < 768 ? 56 : 48; }

function tile(i, big) {
  const kind = D.col.kind[i], look = colours(kind), grade = D.grades[kind];
  const roman = grade ? ({ I: "Ⅰ", II: "Ⅱ", III: "Ⅲ", IV: "Ⅳ", V: "Ⅴ" })[grade.code] || grade.code || "·" : null;
  const word = kind === D.DOUBT ? (S.lang === "zh" ? "不足" : "?") : kind === D.VETO ? (S.lang === "zh" ? "否决" : "×") : t("not_listed_tile");
  return h("span", { class: "tile" + (big ? " big" : "") + (roman ? "" : " word"), text: roman || word, style: { background: look.fill, color: look.text, border: kind < 2 ? "0" : "1px solid " + look.line } });
}

function townText(i) {
  const town = D.towns[D.col.town[i]];
  return town ? say(town) : "";
}

function rowNode(place, height) {
  const i = S.rows[place], id = D.col.parcel_id.at(i), graded = isGraded(i);
  const where = D.hasZones ? t(D.col.zone_in[i] ? "in_zone_row" : "out_zone_row") : "";
  const last = W.on ? t("w_old", { v: Number.isFinite(baseRank(i)) ? fixed(baseRank(i), 0) : MISSING }) : t("cov", { v: percent(D.col.coverage.at(i)) });
  const facts = [where, muText(D.col.area_mu.at(i)), last].filter(Boolean).join(" · ");
  const row = h("div", { class: "row", id: "row-" + place, role: "option", "aria-selected": i === S.sel, "aria-posinset": place + 1, "aria-setsize": S.rows.length, title: id + " · " + facts, style: { top: place * height + "px" } },
    h("span", { class: "rank", text: graded ? fixed(D.col.rank.at(i), 0) : MISSING }), tile(i),
    h("div", {}, h("p", { text: [townText(i), shortId(id)].filter(Boolean).join(" ") }), h("p", { text: facts })),
    h("div", { class: "num" }, h("p", { class: "score", text: graded ? fixed(D.col.score.at(i), 1) : MISSING }), D.col.p_flag.some && !W.on ? h("p", { class: "p", text: Number.isFinite(D.col.p_flag.at(i)) ? t("p_short", { v: percent(D.col.p_flag.at(i)) }) : MISSING }) : null));
  if (W.on) row.append(trialRow(i, graded)); else if (hasIntervals()) row.append(bandNode(i));
  if (place === S.cursor) row.classList.add("cursor");
  return row;
}

function bandNode(i) {
  const stability = D.col.stability.at(i), text = isGraded(i) ? interval(D.col.rank_p10.at(i), D.col.rank_p90.at(i)) : MISSING;
  return h("div", { class: "num" }, h("p", { class: "int", text }), D.col.stability.some ? h("p", { class: stability ? "mini " + stability : "mini", text: stability ? wordOf("stability", stability) : MISSING }) : null);
}

function hasIntervals() { return D.col.stability.some || (D.col.rank_p10.some && D.col.rank_p90.some); }

// The heads of the two right columns name what stands in both lines of a row.
function drawHeads() {
  byId("col-p").hidden = W.on || !D.col.p_flag.some;
  byId("col-stability").hidden = W.on || !D.col.stability.some;
  byId("col-interval").hidden = !W.on && !hasIntervals();
  byId("col-score").textContent = t(W.on ? "w_col_score" : "col_score");
  byId("col-band").textContent = t(W.on ? "w_col_move" : "col_interval");
  document.body.classList.toggle("interval", W.on || hasIntervals());
}

let drawnHeight = -1;
function drawRows() {
  const list = byId("list"), height = rowHeight(), box = byId("rows");
  box.style.height = S.rows.length * height + "px";
  const first = Math.max(0, Math.floor(list.scrollTop / height) - 4);
  const last = Math.min(S.rows.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + 4);
  const nodes = [];
  for (let place = first; place < last; place++) nodes.push(rowNode(place, height));
  box.replaceChildren(...nodes);
  drawnHeight = list.clientHeight;
  list.setAttribute("aria-activedescendant", S.cursor >= first && S.cursor < last ? "row-" + S.cursor : "");
}

// Another choice changes no row but for its mark.
function markRows() {
  const rows = [...byId("rows").children];
  for (const row of rows) {
    const place = Number(row.id.slice(4));
    row.setAttribute("aria-selected", S.rows[place] === S.sel);
    row.classList.toggle("cursor", place === S.cursor);
  }
  byId("list").setAttribute("aria-activedescendant", rows.some((row) => row.id === "row-" + S.cursor) ? "row-" + S.cursor : "");
}

function revealRow(place) {
  const list = byId("list"), height = rowHeight();
  if (place < 0) return;
  if (place * height < list.scrollTop) list.scrollTop = place * height;
  else if ((place + 1) * height > list.scrollTop + list.clientHeight) list.scrollTop = (place + 1) * height - list.clientHeight;
}

function moveCursor(place) {
  S.cursor = Math.max(0, Math.min(S.rows.length - 1, place));
  revealRow(S.cursor);
  drawRows();
  setHover(S.rows[S.cursor] ?? -1);
}

function setUpList() {
  const list = byId("list");
  document.body.classList.toggle("two-lines", D.col.p_flag.some || D.col.stability.some);
  drawHeads();
  list.addEventListener("scroll", drawRows);
  new ResizeObserver(() => { if (list.clientHeight !== drawnHeight) drawRows(); }).observe(list);
  const placeOf = (event) => { const row = event.target.closest(".row"); return row ? Number(row.id.slice(4)) : -1; };
  list.addEventListener("click", (event) => { const place = placeOf(event); if (place >= 0) { select(S.rows[place]); list.focus({ preventScroll: true }); } });
  list.addEventListener("pointermove", (event) => { const place = placeOf(event); setHover(place >= 0 ? S.rows[place] : -1); });
  list.addEventListener("pointerleave", () => setHover(-1));
  list.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / rowHeight()) - 1), last = S.rows.length - 1;
    const to = { ArrowDown: S.cursor + 1, ArrowUp: S.cursor - 1, Home: 0, End: last, PageDown: S.cursor + page, PageUp: S.cursor - page }[event.key];
    if (to !== undefined) { event.preventDefault(); moveCursor(to); }
    else if (event.key === "Enter" && S.cursor >= 0) { event.preventDefault(); select(S.rows[S.cursor]); byId("right").focus({ preventScroll: true }); }
  });
}

function drawList() {
  drawHeads();
  const zero = S.rows.length === 0;
  byId("list").hidden = zero;
  byId("none").hidden = !zero;
  for (const name of ["csv", "geojson"]) byId(name).disabled = zero;
  const nothing = D.n === 0;
  byId("clear").hidden = nothing;
  byId("none").querySelector("h2").textContent = t(nothing ? "nothing" : "empty");
  if (zero) byId("none-near").textContent = nothing ? say(D.meta, "notice") : nearbyText();
  drawRows();
}

// What the same place holds in other grades, so that an empty list is no dead end.
function nearbyText() {
  const counts = new Map();
  for (let i = 0; i < D.n; i++) if (inPlace(i)) counts.set(D.col.kind[i], (counts.get(D.col.kind[i]) || 0) + 1);
  const items = [...counts].sort((a, b) => a[0] - b[0]).map(([kind, n]) => t("near_item", { name: kindName(kind), n: fixed(n, 0) }));
  return items.length ? t("near", { what: items.join(S.lang === "zh" ? "、" : ", ") }) : t("near_none");
}

function kindName(kind) {
  if (kind < D.DOUBT) return say(D.grades[kind]);
  return t(kind === D.DOUBT ? "doubt_chip" : kind === D.VETO ? "veto_chip" : "not_listed");
}
