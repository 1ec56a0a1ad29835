// What yearly layers say of a parcel: small lines with first and last year, the limit dashed.
const BUILT_LIMIT = 1 / 3;

// Values of one series of one parcel by year; NaN where not known.
function seriesOf(name, i) {
  const held = D.yearly && D.yearly[name];
  if (!held) return [];
  held.steps ||= held.places.map(array);
  const none = NULLS[held.places[0][0]];
  let sum = 0;
  return held.years.map((year, y) => {
    const step = held.steps[y][i];
    if (step === none) return { year, value: NaN };
    sum += step;
    return { year, value: sum / 10 ** held.decimals };
  });
}

function sparkline(points, { most, limit, word }) {
  const wide = 170, high = 32, first = points[0].year, span = Math.max(1, points[points.length - 1].year - first);
  const x = (year) => 3 + ((year - first) / span) * (wide - 8), y = (value) => high - 3 - (value / most) * (high - 7);
  const chart = svg("svg", { viewBox: "0 0 " + wide + " " + high, class: "spark", role: "img", "aria-label": word });
  if (limit !== undefined) chart.append(svg("line", { x1: 0, x2: wide, y1: y(limit), y2: y(limit), stroke: "#A33A00", "stroke-dasharray": "3 2" }));
  let path = "", pen = "M";
  for (const point of points) if (Number.isFinite(point.value)) { path += pen + x(point.year).toFixed(1) + " " + y(point.value).toFixed(1); pen = "L"; } else pen = "M";
  chart.append(svg("path", { d: path, fill: "none", stroke: "#17324D", "stroke-width": 1.4 }));
  const last = points.filter((point) => Number.isFinite(point.value)).pop();
  chart.append(svg("circle", { cx: x(last.year), cy: y(last.value), r: 2.6, fill: "#17324D" }));
  return chart;
}

function trendOf(name, i, { share }) {
  const points = seriesOf(name, i), known = points.filter((point) => Number.isFinite(point.value));
  if (known.length < 2) return null;
  const last = known[known.length - 1], text = share ? percent(last.value, 1) : fixed(last.value, 1) + " nW";
  const most = share ? 1 : Math.max(1, ...known.map((point) => point.value));
  const word = t("trend_" + name) + " " + known[0].year + "–" + last.year + ": " + text;
  return h("div", { class: "trend" }, h("p", {}, t("trend_" + name) + " ", h("b", { text })), sparkline(points, { most, limit: share ? BUILT_LIMIT : undefined, word }),
    h("p", { class: "ends" }, h("span", { text: String(points[0].year) }), h("span", { text: String(points[points.length - 1].year) })));
}

function trendPart(i) {
  const lines = [trendOf("impervious", i, { share: true }), trendOf("light", i, { share: false })].filter(Boolean);
  if (!lines.length) return h("section", { class: "slim" }, h("h3", {}, t("trend"), h("span", { text: t("trend_none") })));
  return h("section", { class: "trends" }, h("h3", {}, t("trend"), h("span", { text: t("trend_limit") })), h("div", { class: "pair" }, ...lines));
}
