// A trial as a link, and as a JSON model that `landuse run --model` takes.
function within(value, low, high) { return typeof value === "number" && Number.isFinite(value) && value >= low && value <= high; }

function trialHash(part) {
  if (W.trial && !isBaseline(W.trial)) part.set("x", JSON.stringify(W.trial));
  if (W.open && S.task === "idle") part.set("wp", "1");
}

// Only what the model knows and within its bounds is taken over from a link.
function readTrial(part) {
  W.trial = emptyTrial();
  if (!D.whatif) return;
  W.open = part.get("wp") === "1";
  let given = null;
  try { given = JSON.parse(part.get("x") || "null"); } catch (error) { given = null; }
  if (!given || typeof given !== "object") return;
  const take = (name, known, low, high) => {
    for (const [key, value] of Object.entries(given[name] || {})) if (known.includes(key) && within(value, low, high)) W.trial[name][key] = value;
  };
  const codes = D.whatif.model.criteria.map((item) => item.code);
  take("w", codes, 0, 100);
  take("r", codes, -1e12, 1e12);
  take("f", ["les", "idle"], 0, 100);
  take("g", D.grades.map((grade) => grade.code), 0, 100);
  if (within(given.c, 0, 1)) W.trial.c = given.c;
}

function limitWords(criterion, limit) {
  const rising = criterion.ramp[criterion.ramp.length - 1][1] >= criterion.ramp[0][1], shown = criterion.unit === "%" ? limit * 100 : limit;
  const number = String(Number(shown.toPrecision(3)));
  return (rising ? ">" : "<") + (criterion.unit === "%" ? number + "%" : ["–", "-", ""].includes(criterion.unit) ? number : number + " " + criterion.unit);
}

function trialCriterion(item, trial, largest) {
  const weight = weightOf(item, trial) / largest, limit = trial.r[item.code], changed = trial.w[item.code] !== undefined || limit !== undefined;
  const out = { ...item, weight, ramp: rampOf(item, trial).map((point) => [...point]) };
  if (limit !== undefined) out.limit_zh = out.limit_en = limitWords(item, limit);
  if (changed) Object.assign(out, { mark: "P", source: item.source + "; " + WORDS.en.w_source });
  return out;
}

function trialModel(trial = W.trial) {
  const model = structuredClone(D.whatif.model), from = [WORDS.zh.w_source, WORDS.en.w_source, D.meta.run_code].filter(Boolean).join(" / ");
  const kept = model.criteria.filter((item) => weightOf(item, trial) > 0), largest = Math.max(1, ...kept.map((item) => weightOf(item, trial)));
  return { ...model, name: model.name + "-what-if", title_zh: model.title_zh + WORDS.zh.w_suffix, title_en: model.title_en + WORDS.en.w_suffix,
    criteria: kept.map((item) => trialCriterion(item, trial, largest)), grades: model.grades.map((grade) => ({ ...grade, minimum: trial.g[grade.code] ?? grade.minimum })),
    minimum_coverage: trial.c ?? model.minimum_coverage, flag_minimum: { ...model.flag_minimum, ...trial.f }, source: model.source + "; " + from, mark: "P" };
}

function trialJson() { return JSON.stringify(trialModel(), null, 2) + "\n"; }
function exportTrial() { download([t("w_file"), D.meta.run_code].filter(Boolean).join("-") + ".json", trialJson(), "application/json"); }
