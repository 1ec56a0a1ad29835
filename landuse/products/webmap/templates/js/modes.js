// What the colours of the parcels tell: grade, probability, ledger state or hot spots.
const BLANK = { fill: "#FFFFFF", text: "#17212E", line: "#5F6C7C" };
const UNLISTED = { fill: "#DDE2EA", text: "#17212E", line: "#8A95A5" };

function openModes() {
  return ["grade", ...["p_flag", "land_state", "hot_spot"].filter((name) => D.col[name].some)];
}

function codeClasses(name) {
  return D.words[name].map((item) => ({ label: say(item), look: { fill: item.fill, line: "#3A1603" }, test: (i) => D.col[name].at(i) === item.code }));
}

function shareClasses() {
  const lows = D.words.p_flag;
  return lows.map((item, k) => {
    const high = k + 1 < lows.length ? lows[k + 1].low : Infinity, upper = k + 1 < lows.length ? high : 1;
    return {
      label: fixed(item.low * 100, 0) + "–" + fixed(upper * 100, 0) + "%", look: { fill: item.fill, line: "#17324D" },
      test: (i) => D.col.p_flag.at(i) >= item.low && D.col.p_flag.at(i) < high
    };
  }).reverse();
}

// Classes in drawing order of the legend; the last takes what has no value.
function modeClasses(mode) {
  const none = (label) => ({ label, look: BLANK, none: true, test: () => true });
  if (mode === "base") return [...baseClasses(), none(t("not_listed"))];
  if (/^y\d+$/.test(mode)) return [...yearClasses(Number(mode.slice(1))), none(t("y_none"))];
  return [...(mode === "p_flag" ? shareClasses() : codeClasses(mode)), none(t("m_none_" + mode))];
}

// The look of every listed parcel, and how many each class has, kept until filter or mode changes.
const Painted = { mode: "grade", looks: [], counts: [], labels: [], of: null };
function collectLooks() {
  Object.assign(Painted, looksFor(S.mode));
  collectCompared();
}

function looksFor(mode) {
  const plainMode = mode === "grade", classes = plainMode ? [] : modeClasses(mode), of = new Uint8Array(D.n);
  const counts = new Int32Array(plainMode ? D.counts.length : classes.length);
  for (const i of S.rows) {
    const place = plainMode ? D.col.kind[i] : classes.findIndex((item) => item.test(i));
    of[i] = place;
    counts[place]++;
  }
  return { mode, looks: plainMode ? Array.from(D.counts, (_, kind) => colours(kind)) : classes.map((item) => item.look), labels: classes.map((item) => item.label), counts, of };
}

// Doubt and veto keep their hatching wherever the colour has nothing to tell of them.
function hatchOf(i) {
  const kind = D.col.kind[i];
  const blank = Painted.mode === "grade" || Painted.mode === "base" || Painted.looks[Painted.of[i]] === BLANK;
  if (!blank) return "";
  return kind === D.VETO ? "veto" : kind === D.DOUBT ? "doubt" : "";
}

function setMode(mode) {
  S.mode = mode;
  collectLooks();
  drawLegend();
  sheets.parcels.redraw();
  keepHash();
}

function modeItems() {
  const last = Painted.labels.length - 1;
  return Painted.labels.map((label, place) => place === last && !Painted.counts[last] ? null : item(boxKey(Painted.looks[place].fill, Painted.looks[place].line), label, { count: Painted.counts[place] }));
}

function modeChooser() {
  const modes = openModes();
  if (modes.length < 2) return null;
  const select = h("select", { id: "mode", on: { change: (event) => setMode(event.target.value) } }, ...modes.map((mode) => h("option", { value: mode, text: t("m_" + mode) })));
  select.value = S.mode;
  return h("label", { class: "mode" }, h("span", { text: t("mode") }), select);
}
