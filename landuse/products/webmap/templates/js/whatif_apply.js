// A trial takes the place of the baseline on list, map and card, and gives it back.
const REPLACED = ["score", "les", "idle_score", "coverage", "families", "families_available", "rank", "grade", "flag", "kind", "spoken"];

function column(values, none = NaN) { return { at: (i) => (Number.isNaN(values[i]) ? none : values[i]), some: true }; }

function applyTrial() {
  W.base ||= Object.fromEntries(REPLACED.map((name) => [name, D.col[name]]));
  W.on = !isBaseline(W.trial);
  if (!W.on) { Object.assign(D.col, W.base); W.now = null; }
  else {
    const now = W.now = judge(W.trial), by = (name) => ({ at: (i) => (now.spoken[i] ? now.idle : now.les)[name][i], some: true });
    Object.assign(D.col, {
      score: column(now.score), les: column(now.les.score), idle_score: column(now.idle.score), coverage: by("coverage"),
      families: by("agreeing"), families_available: by("known"), rank: { at: (i) => now.rank[i] || NaN, some: true },
      grade: { at: (i) => (now.kind[i] < D.grades.length ? D.grades[now.kind[i]].code : ""), some: true },
      flag: now.flag, kind: now.kind, spoken: now.spoken
    });
  }
  W.facts = null;
  recount();
  prepareOrder();
  document.body.classList.toggle("trial", W.on);
}

function recount() {
  D.counts.fill(0);
  for (const kind of D.col.kind) D.counts[kind]++;
}

let trialFrame = 0;
function changeTrial(change) {
  change(W.trial);
  if (!trialFrame) trialFrame = requestAnimationFrame(() => { trialFrame = 0; showTrial(); });
}

function showTrial() {
  const began = performance.now();
  const top = byId("list").scrollTop;
  applyTrial();
  applyFilters();
  byId("list").scrollTop = top;
  drawWeights();
  noteText();
  drawStatus();
  W.took = performance.now() - began;
}

function resetTrial() { W.trial = emptyTrial(); showTrial(); drawRight(); }

function baseRank(i) { const rank = W.base.rank.at(i); return W.base.kind[i] < D.DOUBT && Number.isFinite(rank) ? rank : NaN; }
function movedBy(i) { return baseRank(i) - (W.now.rank[i] || NaN); }
function entersTop(i) { const old = baseRank(i); return W.now.rank[i] > 0 && W.now.rank[i] <= TOP && !(old <= TOP); }
function leavesTop(i) { const old = baseRank(i); return old <= TOP && !(W.now.rank[i] > 0 && W.now.rank[i] <= TOP); }
function isFaded(i) { return W.on && Math.abs(movedBy(i)) < STILL && !entersTop(i) && !leavesTop(i); }

// Entries, exits and agreement of the two lists.
function trialFacts() {
  if (W.facts) return W.facts;
  const facts = W.facts = { enter: 0, leave: 0, topIn: [], topOut: [], both: [], first: [0, 0] };
  for (let i = 0; i < D.n; i++) {
    const old = baseRank(i), now = W.now ? W.now.rank[i] : old;
    if (now > 0 && !(old > 0)) facts.enter++;
    if (old > 0 && !(now > 0)) facts.leave++;
    if (old > 0 && now > 0) facts.both.push(i);
    if (W.now && entersTop(i)) facts.topIn.push(i);
    if (W.now && leavesTop(i)) facts.topOut.push(i);
    if (W.base.kind[i] === 0) facts.first[0]++;
    if (D.col.kind[i] === 0) facts.first[1]++;
  }
  facts.spearman = spearman(facts.both);
  return facts;
}

// Rank correlation of the parcels on both lists: 1 - 6 sum(d^2) / (m (m^2 - 1)), ranks among them.
function spearman(both) {
  if (!W.now) return 1;
  const m = both.length, place = (rank) => { const order = both.slice().sort((a, b) => rank(a) - rank(b)), out = new Map(); order.forEach((i, p) => out.set(i, p)); return out; };
  if (m < 2) return NaN;
  const before = place(baseRank), after = place((i) => W.now.rank[i]);
  let sum = 0;
  for (const i of both) sum += (before.get(i) - after.get(i)) ** 2;
  return 1 - (6 * sum) / (m * (m * m - 1));
}

// The largest moves, each with the criterion that pushed most that way.
function largestMoves(both, count = 5) {
  return both.filter((i) => movedBy(i) !== 0).sort((a, b) => Math.abs(movedBy(b)) - Math.abs(movedBy(a)) || W.now.rank[a] - W.now.rank[b]).slice(0, count).map((i) => ({ i, cause: causeOf(i) }));
}

function causeOf(i) {
  const score = spokenOf(i), before = pointsOf(i, score, emptyTrial()), after = pointsOf(i, score, W.trial), up = movedBy(i) > 0 ? 1 : -1;
  let best = "", most = -Infinity;
  for (const code of new Set([...before.keys(), ...after.keys()])) {
    const push = up * ((after.get(code)?.adds ?? 0) - (before.get(code)?.adds ?? 0));
    if (push > most) { best = code; most = push; }
  }
  return D.criteria.find((item) => item.code === best);
}
