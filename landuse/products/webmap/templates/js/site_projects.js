// Projects on the map: the site proposed, the others that would do, or the condition that fails.
const J = { sel: -1 }, STATUS_SIGN = { placed: "●", outbid: "◐", nowhere: "○" };

function showsProjects() { return O.why === "projects"; }
function projectText(project, name) { return project[name + "_" + S.lang] || project[name + "_zh"]; }
function siteAtId(id) { const place = D.sites.places.get(id); return place === undefined ? -1 : place; }

function drawProjectButton() {
  const all = D.sites.projects, button = byId("o-projects");
  button.hidden = !all.length;
  button.textContent = t("j_button", { n: fixed(all.filter((one) => one.status === "placed").length, 0), all: fixed(all.length, 0) });
  button.setAttribute("aria-pressed", showsProjects());
}

function toggleProjects() {
  O.why = showsProjects() && O.sel < 0 ? false : "projects";
  O.sel = J.sel = -1;
  collectSites();
  emit("village");
  sheets.pick.redraw();
}

function openProject(k) {
  J.sel = k;
  O.why = "projects";
  const i = k >= 0 ? siteAtId(D.sites.projects[k].site || (D.sites.projects[k].others[0] || {}).site || D.sites.projects[k].near) : -1;
  O.sel = -1;
  emit("village");
  if (i >= 0) showProject(D.sites.projects[k], i);
  sheets.pick.redraw();
}

function showProject(project, from) {
  const places = [from, ...project.others.map((one) => siteAtId(one.site))].filter((i) => i >= 0), bounds = L.latLngBounds(places.map((i) => L.CRS.EPSG3857.unproject(L.point(D.sites.x.at(i), D.sites.y.at(i)))));
  const [left, top, right, bottom] = covered();
  map.fitBounds(bounds, { animate: false, maxZoom: HATCH_FROM, paddingTopLeft: [left + 50, top + 60], paddingBottomRight: [right + 50, bottom + 40] });
}

function siteLink(id, note) {
  const i = siteAtId(id);
  return h("p", { class: "hint" }, i < 0 ? h("b", { text: shortId(id) }) : h("button", { class: "link", "data-site": id, text: siteLabel(i) + " " + siteTown(i) + " · " + muText(D.sites.area_mu.at(i), 1), on: { click: () => pickVillage(i, { move: true }) } }), note ? " " + note : null);
}

function projectPanel() {
  if (J.sel >= 0) return projectCard(D.sites.projects[J.sel]);
  const line = (project, k) => h("div", { class: "refusal", "data-project": project.id }, h("p", {}, STATUS_SIGN[project.status] + " ", h("button", { class: "link", text: project.id + " " + project.name, on: { click: () => openProject(k) } }), " " + muText(project.mu, 1)),
    h("p", { class: "hint", text: project.site ? placeName(project.site) + " · " + t("j_fit") + " " + fixed(project.fit, 0) : projectText(project, "why") || say(project) }));
  return [panelHead(t("j_title") + " " + fixed(D.sites.projects.length, 0), t("j_sub")), h("div", { class: "scroll" }, h("section", {}, ...D.sites.projects.map(line)))];
}

function placeName(id) { const i = siteAtId(id); return i < 0 ? shortId(id) : siteLabel(i) + " " + siteTown(i); }

function projectCard(project) {
  const entry = (key, value, unit) => h("div", {}, h("p", { text: t(key) }), h("b", { text: value }), unit ? " " + unit : null);
  const asks = projectText(project, "asks"), open = projectText(project, "unchecked"), why = projectText(project, "why");
  const parts = [h("div", { class: "figures" }, entry("j_mu", fixed(project.mu, 1), t("mu")), entry("j_priority", project.priority === null ? MISSING : fixed(project.priority, 0), ""), entry("j_fit", project.fit === null ? MISSING : fixed(project.fit, 0), "")),
    h("section", {}, h("p", { class: "say", text: STATUS_SIGN[project.status] + " " + say(project) }), h("p", { class: "hint", text: t("j_asks", { v: asks || t("j_nothing") }) }), open ? h("p", { class: "hint warn", text: t("j_unchecked", { v: open }) }) : null)];
  if (project.site) parts.push(h("section", { class: "slim" }, h("h3", { text: t("j_site") }), siteLink(project.site, project.shared.length ? t("j_shared", { v: project.shared.join(", ") }) : "")));
  if (why) parts.push(h("section", { class: "slim" }, h("h3", { text: t("j_near") }), siteLink(project.near, ""), h("p", { class: "say", text: why })));
  if (project.others.length) parts.push(h("section", { class: "slim" }, h("h3", {}, t("j_others"), h("span", { text: t("j_others_note") })),
    ...project.others.map((one) => siteLink(one.site, [fixed(one.rank, 0), t("j_fit") + " " + fixed(one.fit, 0), say(one), one.held.join(", ")].filter(Boolean).join(" · ")))));
  parts.push(h("section", { class: "slim" }, h("button", { class: "link", id: "j-back", text: "← " + t("j_back"), on: { click: () => openProject(-1) } })));
  return [panelHead(project.id + " " + project.name, [project.industry, t("j_sub")].filter(Boolean).join(" · ")), h("div", { class: "scroll" }, ...parts)];
}

function siteProjects(i) {
  if (!D.sites.projects.length) return null;
  const id = D.sites.site_id.at(i), rows = [];
  D.sites.projects.forEach((project, k) => {
    const other = project.others.find((one) => one.site === id);
    if (project.site === id || other) rows.push({ project, k, given: project.site === id, fit: project.site === id ? project.fit : other.fit });
  });
  rows.sort((a, b) => b.given - a.given || b.fit - a.fit || a.k - b.k);
  const line = (row) => h("p", { class: "hint" }, h("button", { class: "link", "data-project": row.project.id, text: row.project.id + " " + row.project.name, on: { click: () => { pickVillage(-1); openProject(row.k); } } }), " " + [muText(row.project.mu, 1), t("j_fit") + " " + fixed(row.fit, 0), row.given ? t("j_given") : row.project.site ? "→ " + placeName(row.project.site) : ""].filter(Boolean).join(" · "));
  return h("section", { class: "slim" }, h("h3", { text: t("j_suited") }), ...(rows.length ? rows.slice(0, 8).map(line) : [h("p", { class: "hint", text: t("j_no_project") })]));
}

// A project has no place of its own: lines run from the site proposed to the others that would do.
function paintProject(pen, v) {
  if (!showsProjects() || J.sel < 0 || O.sel >= 0) return;
  const project = D.sites.projects[J.sel], from = siteAtId(project.site || (project.others[0] || {}).site || project.near);
  if (from < 0) return;
  const [x0, y0] = at(D.sites, from, v);
  for (const one of project.others) {
    const i = siteAtId(one.site);
    if (i < 0 || i === from) continue;
    const [x1, y1] = at(D.sites, i, v), bend = 0.12, curve = (style) => { pen.beginPath(); pen.moveTo(x0, y0); pen.quadraticCurveTo((x0 + x1) / 2 - (y1 - y0) * bend, (y0 + y1) / 2 + (x1 - x0) * bend, x1, y1); style(pen); };
    curve(strokeWith("rgba(255,255,255,0.9)", 3.6));
    curve(strokeWith(one.state === "free" ? SKY : "#465364", 1.8, [5, 4]));
    labelAt(pen, fixed(one.rank, 0), x1, y1 - siteSize(i, v.z) - 9, [], "#17212E");
  }
  pen.setLineDash([]);
  for (const [line, size] of [["#FFFFFF", 5], [project.site ? "#17212E" : "#5B6472", 2.6]]) { diamond(pen, x0, y0, siteSize(from, v.z) + 4); strokeWith(line, size, project.site ? [] : [3, 3])(pen); }
  pen.setLineDash([]);
  labelAt(pen, project.id + " " + project.name + " · " + muText(project.mu, 1), x0, y0 - siteSize(from, v.z) - 12, [], "#17212E");
}
