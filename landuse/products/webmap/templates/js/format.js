// Numbers as text, and elements made of text only: data never become markup.
const MISSING = "—";

// Do pieces of work while nobody waits, until one says that nothing is left.
function whenIdle(work) { (window.requestIdleCallback || setTimeout)(() => { if (work()) whenIdle(work); }); }

function byId(id) { return document.getElementById(id); }

function fixed(value, digits) {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const text = Math.abs(value).toFixed(digits).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",");
  return (value < 0 && Number(text.replace(/,/g, "")) !== 0 ? "−" : "") + text;
}

function percent(share, digits = 0) {
  return Number.isFinite(share) ? fixed(share * 100, digits) + "%" : MISSING;
}

function withUnit(value, unit, digits) {
  if (!Number.isFinite(value)) return MISSING;
  const text = fixed(value, digits);
  if (!unit || unit === "–" || unit === "-") return text;
  return /^[%°]/.test(unit) ? text + unit : text + " " + unit;
}

function muText(value, digits = 2) {
  return fixed(value, digits) + (S.lang === "zh" ? "亩" : " mu");
}

// A long code from its seventh digit from the end; the whole code stands in the title and the card.
function shortId(id) {
  const tail = /(?:\d\D*){7}$/.exec(id);
  return id.length > 9 && tail ? tail[0] : id;
}

// A rank interval; one number where both ends agree.
function interval(low, high) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return MISSING;
  return low === high ? fixed(low, 0) : fixed(low, 0) + "–" + fixed(high, 0);
}

// The text up to the first stop that stands outside brackets.
function firstClause(text) {
  let depth = 0;
  for (let p = 0; p < text.length; p++) {
    if ("（(".includes(text[p])) depth++;
    else if ("）)".includes(text[p])) depth--;
    else if (depth <= 0 && ("，。；".includes(text[p]) || (",;.".includes(text[p]) && /^(\s|$)/.test(text.slice(p + 1, p + 2))))) return text.slice(0, p);
  }
  return text;
}

function h(tag, options, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options || {})) {
    if (name.startsWith("aria-") && value !== undefined) { node.setAttribute(name, String(value)); continue; }
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
    else if (name === "style") Object.assign(node.style, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
  return node;
}

const SIGNS = {
  ok: ["#00705A", "M2 6.5 5 9.5 10 3"], hit: ["#A61B1B", "M3 3 9 9 M9 3 3 9"], open: ["#8A5300", null],
  swipe: ["#17212E", "M1 2H11V10H1Z M6 1V11"], ruler: ["#17212E", "M1 8 8 1 11 4 4 11Z M3.4 5.6 4.8 7 M5.6 3.4 7 4.8"],
  weights: ["currentColor", "M1 3.5H11 M1 8.5H11 M8 1.5V5.5 M4 6.5V10.5"], link: ["currentColor", "M5 7 7 5 M4.4 4.6 2.6 6.4A2.2 2.2 0 0 0 5.6 9.4L7.4 7.6 M7.6 7.4 9.4 5.6A2.2 2.2 0 0 0 6.4 2.6L4.6 4.4"], print: ["currentColor", "M3 4V1H9V4 M3 9H1V4H11V9H9 M3 7H9V11H3Z"], save: ["currentColor", "M6 1V8 M3 5.5 6 8.5 9 5.5 M1 11H11"], list: ["currentColor", "M1 3H11 M1 6H11 M1 9H11"],
  frame: ["#17212E", "M1 4V1H4 M8 1H11V4 M11 8V11H8 M4 11H1V8"]
};

function sign(name) {
  const NS = "http://www.w3.org/2000/svg", [colour, path] = SIGNS[name];
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(NS, path ? "path" : "circle");
  const set = path ? { d: path } : { cx: 6, cy: 6, r: 4.2, "stroke-dasharray": "2 1.6" };
  for (const [key, value] of Object.entries({ ...set, fill: "none", stroke: colour, "stroke-width": 1.8 })) shape.setAttribute(key, value);
  svg.append(shape);
  return svg;
}
