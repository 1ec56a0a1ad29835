// What the card says beside the score: robustness, ledger, contradictions, pattern, field check.
function spoken(column, i) { return D.col[column + "_" + S.lang].at(i) || D.col[column + "_zh"].at(i); }

function fact(key, ...content) {
  return h("div", { class: "fact" }, h("span", { text: t(key) }), h("div", {}, ...content));
}

function robustness(i) {
  const p = D.col.p_flag.at(i), graded = isGraded(i), stability = D.col.stability.at(i), tipping = spoken("tipping", i);
  const banded = graded && Number.isFinite(D.col.rank_p10.at(i)) && Number.isFinite(D.col.rank_p90.at(i));
  if (!graded && !Number.isFinite(p)) return null;
  if (!Number.isFinite(p) && !banded && !stability && !tipping) return h("section", {}, h("h3", {}, t("robust"), h("span", { text: t("robust_none") })));
  return h("section", { class: "robust" }, h("h3", {}, t(W.on ? "w_robust" : "robust"), stability ? h("b", { class: "badge " + stability, text: wordOf("stability", stability) }) : null),
    Number.isFinite(p) ? shareBar(p) : fact("p_flag", t("p_absent")),
    banded ? rankBand(i) : graded ? fact("band", t("band_absent")) : null,
    tipping ? fact("tipping", tipping) : null);
}

function shareBar(p) {
  return fact("p_flag", h("span", { class: "meter p", role: "img", "aria-label": percent(p) }, h("i", { style: { width: p * 100 + "%" } })), h("b", { text: percent(p) }));
}

// A line from 1 to a round end beyond P90, at least 40 places long.
function rankBand(i) {
  const low = D.col.rank_p10.at(i), high = D.col.rank_p90.at(i), rank = (W.on ? W.base : D.col).rank.at(i);
  const end = Math.max(40, Math.ceil((Math.max(high, rank || 0) + 10) / 10) * 10), at = (value) => ((value - 1) / (end - 1)) * 100 + "%";
  const line = h("span", { class: "band", role: "img", "aria-label": interval(low, high) }, h("i", { style: { left: at(low), width: ((high - low) / (end - 1)) * 100 + "%" } }));
  if (Number.isFinite(rank)) line.append(h("u", { style: { left: at(rank) } }));
  line.append(h("em", { text: "1" }), h("em", { class: "end", text: fixed(end, 0) }));
  return [fact("band", line), h("p", { class: "hint under", text: t("band_is", { r: fixed(rank, 0), a: interval(low, high) }) })];
}

function ledgerPart(i) {
  const state = D.col.land_state.at(i), sentence = spoken("ledger", i);
  if (state) return h("section", {}, h("h3", {}, t("ledger"), h("b", { class: "badge state", text: wordOf("land_state", state) })), sentence ? h("p", { class: "say", text: sentence }) : null);
  return h("section", { class: "slim" }, h("h3", {}, t("ledger"), h("span", { text: t(D.col.land_state.some ? "ledger_none" : "ledger_absent") })));
}

// One sentence a code where the text divides so; else the text as a whole.
function againstTexts(i) {
  const codes = D.col.contradictions.at(i).split(";").filter(Boolean), text = spoken("contradictions", i);
  const split = text.replaceAll("；", ";").split(";").map((part) => part.trim()).filter(Boolean);
  if (split.length === codes.length) return split;
  return text ? [text] : codes;
}

function butText(text) {
  if (/^(但|but\b)/i.test(text)) return text;
  return t("but", { v: S.lang === "en" ? text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()) : text });
}

function againstPart(i) {
  if (!D.col.contradictions.at(i)) return null;
  const texts = againstTexts(i);
  return h("section", { class: "against" }, h("h3", {}, t("against"), h("span", { text: t("against_n", { n: texts.length }) })), h("ul", {}, ...texts.map((text) => h("li", { text: butText(text) }))));
}

function clusterFact(i) {
  const id = D.col.cluster_id.at(i), parcels = D.col.cluster_parcels.at(i);
  if (!id || parcels < 2) return null;
  const text = t("cluster_is", { n: fixed(parcels, 0), mu: muText(D.col.cluster_area_mu.at(i)) });
  return fact("cluster", h("button", { class: "btn small", id: "cluster-select", title: id, text: t("cluster_select"), on: { click: () => chooseCluster(id) } }), h("span", { text }));
}

function patternPart(i) {
  const signals = D.col.signal.at(i).split(";").filter(Boolean).map((code) => wordOf("signal", code)), hot = D.col.hot_spot.at(i);
  const facts = [signals.length ? fact("signal", ...signals.map((word) => h("b", { class: "badge", text: word }))) : null, clusterFact(i), hot ? fact("hot_spot", h("b", { class: "badge " + hot, text: wordOf("hot_spot", hot) })) : null].filter(Boolean);
  return facts.length ? h("section", {}, h("h3", { text: t("pattern") }), ...facts) : null;
}

function checkPart(i) {
  const status = D.col.check_status.at(i), day = D.col.checked_on.at(i), note = D.col.check_note.at(i);
  if (!status || status === "未核") return h("section", { class: "slim" }, h("h3", {}, t("verify"), h("span", { text: t(D.col.check_status.some ? "check_none" : "check_absent") })));
  return h("section", {}, h("h3", {}, t("verify"), h("b", { class: "badge " + (status === "属实" ? "yes" : "no"), text: [checkWord(status), day].filter(Boolean).join(" ") })), note ? h("p", { class: "hint", text: note }) : null);
}

function whynotPart(i) {
  if (isGraded(i)) return null;
  const text = spoken("whynot", i);
  if (!text && !D.col.whynot_zh.some) return null;
  if (text === evidence(i)) return null;
  return h("section", {}, h("h3", { text: t("whynot") }), h("p", { class: "say", text: text || t("whynot_absent") }));
}

function evidenceParts(i) {
  return [robustness(i), ledgerPart(i), againstPart(i), patternPart(i), checkPart(i), whynotPart(i)];
}
