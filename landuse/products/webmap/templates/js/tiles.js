// Web tiles, where a study names some: their key is asked for and never kept.
function setUpTiles() { D.tiles = D.meta.tiles || null; }

function useKey(key) {
  tileLayer.options.key = encodeURIComponent(key.trim());
  if (key.trim()) tileLayer.addTo(map).redraw(); else tileLayer.remove();
  drawStatus();
}

function tilesShown() { return Boolean(D.tiles && tileLayer && map.hasLayer(tileLayer) && isVisible("tiles")); }

function keyField() {
  if (!D.tiles || !D.tiles.key) return null;
  const field = h("input", { type: "password", id: "tiles-key", autocomplete: "off", spellcheck: "false", placeholder: t("tiles_key"), "aria-label": t("tiles_key"), title: t("tiles_key_hint"), on: { change: (event) => useKey(event.target.value) } });
  field.value = tileLayer ? decodeURIComponent(tileLayer.options.key || "") : "";
  return h("div", { class: "item" }, field);
}

// Whose tiles these are stands in the status bar for as long as they are drawn.
function tilesNote() { return tilesShown() ? h("span", { class: "data", id: "tiles-by", text: t("tiles_shift") + (S.lang === "zh" ? "：" : ": ") + D.tiles.attribution }) : null; }
