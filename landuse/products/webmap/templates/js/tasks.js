// The tasks of the map: parcels, villages, sites, plan. One task is themed at a time.
const TASKS = ["idle", "villages", "sites", "plan"];
const V = { kinds: new Set(), town: -1, text: "", items: [], sel: -1, hover: -1, cursor: -1, step: 0, panel: "" };

function openTasks() { return TASKS.filter((task) => task === "idle" || (task === "villages" ? D.villages && D.villages.n > 0 : task === "sites" ? D.sites && D.sites.n > 0 : D.plan && D.plan.ladder.length > 0)); }

function setTask(task, { keep = false } = {}) {
  if (!openTasks().includes(task)) return;
  const before = S.task;
  S.task = task;
  if (!keep && before !== task) { V.sel = -1; V.hover = -1; O.sel = -1; O.hover = -1; O.why = false; V.panel = task === "plan" ? "ladder" : ""; if (S.sel >= 0) select(-1); }
  document.body.classList.toggle("task-v", task === "villages" || task === "plan");
  document.body.classList.toggle("task-o", task === "sites");
  drawTabs();
  collectVillages();
  emit("task");
  keepHash();
}

function drawTabs() {
  const open = openTasks();
  for (const task of TASKS) {
    const tab = byId("tab-" + task), usable = open.includes(task);
    tab.disabled = !usable;
    tab.setAttribute("aria-selected", S.task === task);
    tab.tabIndex = S.task === task ? 0 : -1;
    if (usable) tab.removeAttribute("title");
  }
  byId("tab-villages-count").textContent = open.includes("villages") ? fixed(D.villages.n, 0) : "";
  byId("tab-sites-count").textContent = open.includes("sites") ? fixed(D.sites.first, 0) : "";
  byId("tab-plan-count").textContent = open.includes("plan") ? fixed(D.plan.village.length, 0) : "";
  document.body.classList.toggle("many-tasks", open.length > 1);
}

function setUpTasks() {
  if (D.villages) resetVillages();
  V.step = D.plan ? D.plan.ladder.length : 0;
  const bar = document.querySelector(".tabs");
  for (const task of TASKS) byId("tab-" + task).addEventListener("click", () => setTask(task));
  bar.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key], open = openTasks();
    if (!by) return;
    event.preventDefault();
    setTask(open[(open.indexOf(S.task) + by + open.length) % open.length]);
    byId("tab-" + S.task).focus();
  });
}

// The right panel belongs to the task: card, towns' totals or ladder.
function drawRight() {
  const weighing = S.task === "idle" && W.open && S.sel < 0;
  byId("weights").setAttribute("aria-pressed", weighing);
  if (weighing) { openWeights(); return; }
  if (S.task === "idle") { drawCard(); return; }
  if (onSites()) { drawSiteRight(); return; }
  const body = V.sel >= 0 ? villageCard(V.sel) : V.panel === "towns" ? townPanel() : V.panel === "ladder" ? ladderPanel() : null;
  document.body.classList.toggle("card", Boolean(body));
  byId("right").hidden = !body;
  byId("right").replaceChildren(...(body || []));
}

function panelHead(title, note) {
  return h("header", {}, h("div", {}, h("h2", { text: title }), note ? h("p", { text: note }) : null),
    h("button", { class: "close", "aria-label": t("close"), title: t("close"), text: "×", on: { click: closePanel } }));
}

function closePanel() {
  if (S.task === "idle") { closeWeights(); return; }
  if (onSites()) { closeSitePanel(); return; }
  if (V.sel >= 0) { pickVillage(-1); byId("v-list").focus({ preventScroll: true }); return; }
  V.panel = "";
  emit("village");
  byId("v-panel").focus({ preventScroll: true });
}

function taskHash(part) {
  if (S.task === "idle") return;
  part.set("k", S.task);
  if (onSites()) { siteHash(part); return; }
  if (V.town >= 0) part.set("vt", D.towns[V.town].code);
  if (V.kinds.size !== D.villages.kinds.length) part.set("vk", [...V.kinds].sort((a, b) => a - b).join("_"));
  if (S.task === "plan") part.set("p", V.step);
  if (V.sel >= 0) part.set("vs", D.villages.village_id.at(V.sel));
}

function readTask(part) {
  if (D.villages) resetVillages();
  const task = openTasks().includes(part.get("k")) ? part.get("k") : "idle";
  if (task === "idle") { if (S.task === "idle") drawTabs(); else setTask("idle"); return; }
  if (task === "sites") { readSites(part); setTask(task, { keep: true }); return; }
  if (part.has("vt")) V.town = D.towns.findIndex((town) => town.code === part.get("vt"));
  if (part.has("vk")) V.kinds = new Set(part.get("vk").split("_").filter((k) => /^\d+$/.test(k)).map(Number).filter((k) => k < D.villages.kinds.length));
  const step = Number(part.get("p"));
  if (D.plan && Number.isInteger(step) && step >= 1 && step <= D.plan.ladder.length) V.step = step;
  V.panel = task === "plan" ? "ladder" : "";
  V.sel = part.has("vs") ? D.villages.places.get(part.get("vs")) ?? -1 : -1;
  setTask(task, { keep: true });
}
