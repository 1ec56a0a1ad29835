// Keyboard outside fields and the list; header buttons.
function step(by) {
  const bounds = map.getBounds(), seen = S.rows.filter((i) => Number.isFinite(D.col.lon.at(i)) && bounds.contains([D.col.lat.at(i), D.col.lon.at(i)]));
  if (!seen.length) return;
  const place = seen.indexOf(S.sel);
  select(seen[place < 0 ? (by > 0 ? 0 : seen.length - 1) : (place + by + seen.length) % seen.length], { move: false });
  revealRow(S.cursor);
}

function pressed(event) {
  if (event.altKey && event.code === "KeyL") { event.preventDefault(); setLanguage(S.lang === "zh" ? "en" : "zh"); return; }
  if ((event.ctrlKey || event.metaKey) && event.key === "p") { event.preventDefault(); printNow(); return; }
  if (event.altKey || event.ctrlKey || event.metaKey || byId("about").open) return;
  if (!/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && measureKey(event)) return;
  if (event.key === "Escape" && S.task !== "idle" && !byId("right").hidden) { event.preventDefault(); closePanel(); return; }
  if (event.key === "Escape" && S.sel < 0 && W.open && S.task === "idle") { event.preventDefault(); closeWeights(); return; }
  if (event.key === "Escape" && S.sel >= 0) { event.preventDefault(); closeCard(); return; }
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox") return;
  if ((event.key === "n" || event.key === "N") && S.task === "idle") step(event.shiftKey ? -1 : 1);
  else if (event.key === "l" || event.key === "L") foldLegend();
  else if (event.key === "0") goHome();
  else if (event.key === "Enter" && event.target === map.getContainer() && S.hover >= 0) select(S.hover);
}

function setUpKeys() {
  document.addEventListener("keydown", pressed);
  byId("lang-zh").addEventListener("click", () => setLanguage("zh"));
  byId("lang-en").addEventListener("click", () => setLanguage("en"));
  byId("copy").addEventListener("click", copyLink);
  byId("legend-fold").addEventListener("click", () => foldLegend());
}

async function copyLink() {
  writeHash();
  const text = location.href;
  try { await navigator.clipboard.writeText(text); } catch (error) { copyByField(text); }
  byId("copy").querySelector("[data-t]").textContent = t("copied");
  setTimeout(() => { byId("copy").querySelector("[data-t]").textContent = t("copy"); }, 1500);
}

// Where the clipboard is closed to pages from a file, the old way still works.
function copyByField(text) {
  const field = h("textarea", { style: { position: "fixed", opacity: 0 } });
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
