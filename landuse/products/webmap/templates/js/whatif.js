// What-if: the formulas of landuse/scores/engine.py over the embedded model, sum for sum in their order.
const CLOSE = 1e-9, TOP = 20, STILL = 4;
// w: weights, r: limits, c: minimum coverage, f: score from which a parcel is listed, g: grades; only what differs.
const W = { open: false, on: false, trial: null, base: null, now: null, values: {} };

function emptyTrial() { return { w: {}, r: {}, f: {}, g: {} }; }
function isBaseline(trial) { return trial.c === undefined && ["w", "r", "f", "g"].every((part) => !Object.keys(trial[part]).length); }
function weightOf(criterion, trial = W.trial) { return trial.w[criterion.code] ?? criterion.weight; }
function modelCriteria(score) { return D.criteria.filter((item) => item.score === score && item.of && item.of[score]); }

function whatIfValues() { while (unpackWhatIf()); return W.values; }

// Unpack one column more; tell whether any is left.
function unpackWhatIf() {
  const next = D.whatif && Object.keys(D.whatif.columns).find((name) => !(name in W.values));
  if (next) W.values[next] = doubles(D.whatif.columns[next]);
  return Boolean(next);
}

// The value at which a ramp crosses the deficit from which a criterion agrees; NaN if it never does.
function limitOf(criterion) {
  const agree = D.whatif.model.agree_at, points = criterion.ramp;
  const ordered = points[points.length - 1][1] >= points[0][1] ? points : [...points].reverse();
  for (let p = 1; p < ordered.length; p++) {
    const [x0, d0] = ordered[p - 1], [x1, d1] = ordered[p];
    if (d0 <= agree && agree <= d1) return d1 === d0 ? x0 : x0 + ((x1 - x0) * (agree - d0)) / (d1 - d0);
  }
  return NaN;
}

function rampOf(criterion, trial = W.trial) {
  const shift = trial.r[criterion.code] === undefined ? 0 : trial.r[criterion.code] - limitOf(criterion);
  return shift ? criterion.ramp.map(([x, d]) => [x + shift, d]) : criterion.ramp;
}

function interpolate(x, at, worth, slope) {
  const last = at.length - 1;
  if (x >= at[last]) return worth[last];
  if (x <= at[0]) return worth[0];
  let p = last - 1;
  while (x < at[p]) p--;
  return slope[p] * (x - at[p]) + worth[p];
}

// numpy adds the numbers of a row in eight lanes; the same order gives the same last bit.
function pairwise(a, n) {
  if (n < 8) { let sum = 0; for (let j = 0; j < n; j++) sum += a[j]; return sum; }
  let r0 = a[0], r1 = a[1], r2 = a[2], r3 = a[3], r4 = a[4], r5 = a[5], r6 = a[6], r7 = a[7], j = 8;
  for (; j + 8 <= n; j += 8) { r0 += a[j]; r1 += a[j + 1]; r2 += a[j + 2]; r3 += a[j + 3]; r4 += a[j + 4]; r5 += a[j + 5]; r6 += a[j + 6]; r7 += a[j + 7]; }
  let sum = ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7));
  for (; j < n; j++) sum += a[j];
  return sum;
}

function activeCriteria(score, trial) {
  const values = whatIfValues(), families = D.whatif.model.families.map((family) => family.code);
  return modelCriteria(score).filter((item) => weightOf(item, trial) > 0).map((item) => {
    const ramp = rampOf(item, trial), at = ramp.map((point) => point[0]), worth = ramp.map((point) => point[1]);
    const slope = at.slice(1).map((x, p) => (worth[p + 1] - worth[p]) / (x - at[p]));
    return { item, state: item.of[score].state, value: values[item.column], weight: weightOf(item, trial), at, worth, slope, bit: 1 << families.indexOf(item.family) };
  });
}

function countBits(mask) { let n = 0; while (mask) { mask &= mask - 1; n++; } return n; }

function evaluateScore(score, trial) {
  const list = activeCriteria(score, trial), k = list.length, n = D.n, model = D.whatif.model;
  const least = (trial.c ?? model.minimum_coverage) - CLOSE, agree = model.agree_at - CLOSE;
  const out = { score: new Float64Array(n).fill(NaN), coverage: new Float64Array(n), known: new Uint8Array(n), agreeing: new Uint8Array(n) };
  const asked = new Float64Array(k), held = new Float64Array(k), deficit = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    let known = 0, agreeing = 0;
    for (let j = 0; j < k; j++) {
      const c = list[j];
      asked[j] = held[j] = deficit[j] = 0;
      if (!c.state[i]) continue;
      asked[j] = c.weight;
      const value = c.value[i];
      if (value !== value) continue;
      held[j] = c.weight;
      deficit[j] = interpolate(value, c.at, c.worth, c.slope);
      known |= c.bit;
      if (deficit[j] >= agree) agreeing |= c.bit;
    }
    const all = pairwise(asked, k), have = pairwise(held, k);
    out.coverage[i] = all > 0 ? have / all : 0;
    out.known[i] = countBits(known);
    out.agreeing[i] = countBits(agreeing);
    if (!(out.coverage[i] >= least && out.known[i] >= model.minimum_families)) continue;
    for (let j = 0; j < k; j++) held[j] = held[j] > 0 ? 100 * (list[j].weight / have) * deficit[j] : 0;
    out.score[i] = pairwise(held, k);
  }
  return out;
}

function barredBy(score) {
  const codes = new Set(D.whatif.model.contradictions.filter((rule) => rule.against === score || rule.against === "both").map((rule) => rule.code));
  const seen = new Map(), out = new Uint8Array(D.n);
  if (codes.size) for (let i = 0; i < D.n; i++) {
    const text = D.col.contradictions.at(i);
    if (!text) continue;
    if (!seen.has(text)) seen.set(text, text.split(";").some((code) => codes.has(code)) ? 1 : 0);
    out[i] = seen.get(text);
  }
  return out;
}

// Flag, grade and rank of every parcel under a trial. A veto stands whatever the weights.
function judge(trial) {
  const model = D.whatif.model, idle = evaluateScore("idle", trial), les = evaluateScore("les", trial), n = D.n;
  const need = (score) => (trial.f[score] ?? model.flag_minimum[score]) - CLOSE, needIdle = need("idle"), needLes = need("les");
  W.barred ||= { idle: barredBy("idle"), les: barredBy("les") };
  const minima = D.grades.map((grade) => trial.g[grade.code] ?? grade.minimum), last = D.grades.length - 1;
  const out = { idle, les, flag: new Uint8Array(n), kind: new Uint8Array(n), spoken: new Uint8Array(n), score: new Float64Array(n), rank: new Int32Array(n), listed: [] };
  const vetoed = (W.base || D.col).flag;
  for (let i = 0; i < n; i++) {
    const a = idle.score[i], b = les.score[i], none = a !== a && b !== b;
    const byIdle = a >= needIdle && idle.agreeing[i] >= model.minimum_families && !W.barred.idle[i];
    const byLes = b >= needLes && les.agreeing[i] >= model.minimum_families && !W.barred.les[i];
    const flag = vetoed[i] === 4 ? 4 : none ? 3 : byIdle ? 1 : byLes ? 2 : 0;
    const larger = none ? idle.coverage[i] >= les.coverage[i] : (a !== a ? -1 : a) >= (b !== b ? -1 : b);
    const spoken = flag === 1 || (flag !== 2 && larger) ? 1 : 0;
    out.flag[i] = flag; out.spoken[i] = spoken; out.score[i] = spoken ? a : b;
    if (flag === 1 || flag === 2) {
      let kind = 0;
      while (kind < last && !(out.score[i] >= minima[kind])) kind++;
      out.kind[i] = kind;
      out.listed.push(i);
    } else out.kind[i] = flag === 3 ? D.DOUBT : flag === 4 ? D.VETO : D.OTHER;
  }
  W.tie ||= array(D.whatif.tie);
  const tie = W.tie, score = out.score, area = D.col.area_mu;
  out.listed.sort((x, y) => score[y] - score[x] || (area.at(y) || 0) - (area.at(x) || 0) || tie[x] - tie[y]);
  out.listed.forEach((i, place) => { out.rank[i] = place + 1; });
  return out;
}

// What each criterion adds to one score of one parcel under a trial, by code.
function pointsOf(i, score, trial) {
  const list = activeCriteria(score, trial).filter((c) => c.state[i] && c.value[i] === c.value[i]), have = list.reduce((sum, c) => sum + c.weight, 0);
  return new Map(list.map((c) => { const deficit = interpolate(c.value[i], c.at, c.worth, c.slope); return [c.item.code, { value: c.value[i] * (c.item.unit === "%" ? 100 : 1), adds: (100 * c.weight * deficit) / have, deficit }]; }));
}
