// Finds parcels by id and towns by name.
const MOST_FOUND = 8;
let found = [], marked = 0;

function lower(text) { return text.toLowerCase().replace(/\s+/g, ""); }

function find(query) {
  const asked = lower(query);
  if (!asked) return [];
  const towns = [], exact = [], parcels = [];
  D.towns.forEach((town, number) => {
    if (lower(town.zh).includes(asked) || lower(town.en).includes(asked)) towns.push({ town: number });
  });
  for (let i = 0; i < D.n; i++) {
    const id = lower(D.col.parcel_id.at(i));
    if (id === asked) exact.push({ parcel: i });
    else if (parcels.length < MOST_FOUND && id.includes(asked)) parcels.push({ parcel: i });
  }
  return [...exact, ...towns, ...villagesNamed(asked), ...parcels].slice(0, MOST_FOUND);
}

// Natural villages by their own name or that of their administrative village.
function villagesNamed(asked) {
  const found = [];
  if (D.villages) for (let i = 0; i < D.villages.n && found.length < MOST_FOUND / 2; i++) if ([D.villages.name, D.villages.village_name, D.villages.village_id].some((column) => lower(column.at(i)).includes(asked))) found.push({ village: i });
  return found;
}

function foundWords(item) {
  if (item.town !== undefined) return [say(D.towns[item.town]), t("search_town", { n: townCount(item.town) })];
  if (item.village !== undefined) return [villageName(item.village), [t("search_village"), villageTown(item.village), D.villages.village_name.at(item.village)].filter(Boolean).join(" · ")];
  return [D.col.parcel_id.at(item.parcel), [townText(item.parcel), kindName(D.col.kind[item.parcel])].filter(Boolean).join(" · ")];
}

function townCount(number) {
  let count = 0;
  for (let i = 0; i < D.n; i++) if (D.col.town[i] === number && isGraded(i)) count++;
  return count;
}

function drawFound() {
  const box = byId("found"), asked = byId("search").value.trim();
  box.hidden = !asked;
  byId("search").setAttribute("aria-expanded", Boolean(asked));
  const items = found.map((item, place) => {
    const [name, side] = foundWords(item);
    return h("li", { role: "option", id: "found-" + place, "aria-selected": place === marked, on: { pointerdown: (event) => { event.preventDefault(); take(item); } } }, h("em", { text: name }), h("span", { text: side }));
  });
  box.replaceChildren(...(items.length ? items : [h("li", { class: "nothing", text: t("search_none") })]));
  byId("search").setAttribute("aria-activedescendant", items.length ? "found-" + marked : "");
}

function take(item) {
  closeFound();
  if (item.town !== undefined) { byId("search").value = say(D.towns[item.town]); chooseTown(item.town); return; }
  if (item.village !== undefined) { setTask("villages"); pickVillage(item.village, { move: true }); return; }
  byId("search").value = D.col.parcel_id.at(item.parcel);
  select(item.parcel);
}

function closeFound() {
  byId("found").hidden = true;
  byId("search").setAttribute("aria-expanded", "false");
}

function setUpSearch() {
  const box = byId("search");
  box.addEventListener("input", () => { found = find(box.value); marked = 0; drawFound(); });
  box.addEventListener("blur", closeFound);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      marked = (marked + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length);
      drawFound();
    } else if (event.key === "Enter" && found.length && !byId("found").hidden) { event.preventDefault(); take(found[marked]); }
    else if (event.key === "Escape") { event.stopPropagation(); if (byId("found").hidden) box.value = ""; closeFound(); }
  });
}
