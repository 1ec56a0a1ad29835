// Unpacks what landuse/products/webmap/pack.py packed. D holds everything read-only.
const D = {};
const ARRAYS = { i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array };
const NULLS = { i1: -128, i2: -32768, i4: -2147483648 };
let bytes = null, base = 0;

async function unpack() {
  const ground = await readBlock("landuse-ground");
  D.shape = Object.fromEntries(Object.entries(ground.layers).map(([name, place]) => [name, shapes(place)]));
  D.order = array(ground.layers.parcels.order);
  const lines = Object.fromEntries(Object.entries(ground.control).map(([code, place]) => [code, shapes(place)]));
  Object.assign(D, await readBlock("landuse-data"));
  for (const line of D.control) line.shape = lines[line.code];
  D.meta.hillshade = ground.hillshade;
  D.n = D.parcels.n;
  D.col = {};
  for (const [name, place] of Object.entries(D.parcels)) {
    if (place && (place.n || place.t) && name !== "towns") D.col[name] = place.t ? texts(place) : numbers(place);
  }
  for (const name of ["kind", "flag", "zone_in", "spoken", "town"]) D.col[name] = array(D.parcels[name]);
  D.towns = D.parcels.towns;
  D.measured = Object.fromEntries(Object.entries(D.parcels.measured).map(([code, place]) => [code, numbers(place)]));
  for (const criterion of D.criteria) for (const held of Object.values(criterion.of || {})) readCriterion(held);
  unpackVillages();
  nameKinds();
}

// The head of one packed text; what it names is then read from its bytes, until the next is read.
async function readBlock(id) {
  const packed = base91(byId(id).textContent);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  bytes = await new Response(stream).arrayBuffer();
  const size = Number(new DataView(bytes).getBigUint64(0, true));
  base = 8 + size;
  byId(id).remove();
  return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, size)));
}

// The bytes of pack.py's base91: a line with their number, then 13 bits in two letters.
function base91(text) {
  const from = text.indexOf("\n") + 1, size = parseInt(text, 10), out = new Uint8Array(size);
  const letters = new TextEncoder().encode(text.slice(from)), pairs = new Uint16Array(letters.buffer, 0, letters.length >> 1), value = pairValues();
  let held = 0, bits = 0, at = 0, p = 0;
  // Eight pairs are thirteen whole bytes.
  for (; at + 13 <= size; p += 8, at += 13) {
    const a = value[pairs[p]], b = value[pairs[p + 1]], c = value[pairs[p + 2]], d = value[pairs[p + 3]], e = value[pairs[p + 4]], f = value[pairs[p + 5]], g = value[pairs[p + 6]], i = value[pairs[p + 7]];
    out[at] = a >> 5; out[at + 1] = (a << 3) | (b >> 10); out[at + 2] = b >> 2; out[at + 3] = (b << 6) | (c >> 7);
    out[at + 4] = (c << 1) | (d >> 12); out[at + 5] = d >> 4; out[at + 6] = (d << 4) | (e >> 9); out[at + 7] = e >> 1;
    out[at + 8] = (e << 7) | (f >> 6); out[at + 9] = (f << 2) | (g >> 11); out[at + 10] = g >> 3; out[at + 11] = (g << 5) | (i >> 8); out[at + 12] = i;
  }
  for (; at < size; p++) {
    held = (held << 13) | value[pairs[p]];
    for (bits += 13; bits >= 8 && at < size;) { bits -= 8; out[at++] = (held >> bits) & 255; }
    held &= (1 << bits) - 1;
  }
  return out;
}

// What two letters stand for, by the two bytes read as one number in this machine's order.
function pairValues() {
  const codes = [], value = new Uint16Array(65536), pair = new Uint16Array(1), two = new Uint8Array(pair.buffer);
  for (let code = 33; code < 127; code++) if (code !== 38 && code !== 60 && code !== 62) codes.push(code);
  codes.forEach((high, a) => codes.forEach((low, b) => { two[0] = high; two[1] = low; value[pair[0]] = a * 91 + b; }));
  return value;
}

function nameKinds() {
  const count = D.grades.length;
  D.DOUBT = count; D.VETO = count + 1; D.OTHER = count + 2;
  D.counts = new Int32Array(count + 3);
  for (const kind of D.col.kind) D.counts[kind]++;
}

function array([kind, offset, length]) { return new ARRAYS[kind](bytes, base + offset, length); }

// A column of numbers: at(i) gives a number, NaN for null.
function numbers(place) {
  const values = array(place.n), none = NULLS[place.n[0]], scale = 10 ** place.d;
  return { at: (i) => (values[i] === none ? NaN : values[i] / scale), some: values.some((v) => v !== none) };
}

// Doubles to their last bit: bytes stand by significance, null by a mask, repeated values by a code.
function doubles(place) {
  const planes = array(place.f), count = planes.length / 8, bytesOf = new Uint8Array(planes.length);
  for (let part = 0; part < 8; part++) for (let k = 0; k < count; k++) bytesOf[k * 8 + part] = planes[part * count + k];
  const held = new Float64Array(bytesOf.buffer), codes = place.c ? array(place.c) : null, known = array(place.known), out = new Float64Array(known.length).fill(NaN);
  for (let i = 0, k = 0; i < known.length; i++) if (known[i]) { out[i] = held[codes ? codes[k] : k]; k++; }
  return out;
}

function texts(place) {
  const some = place.t.some((text) => text !== ""), codes = place.c ? array(place.c) : null;
  const word = place.digits ? sentences(place) : (k) => place.t[k];
  return { at: codes ? (i) => word(codes[i]) : word, some, words: codes && !place.digits ? place.t : null };
}

// Sentences that differ by their numbers: the numbers are put back when one is asked for.
function sentences(place) {
  const forms = array(place.form), digits = array(place.digits), decoder = new TextDecoder();
  let from = null;
  return (k) => {
    from ||= starts(varints(place.sizes));
    const numbers = decoder.decode(digits.subarray(from[k], from[k + 1])).split(";");
    let next = 0;
    return place.t[forms[k]].replace(/\u0001/g, () => numbers[next++]);
  };
}

function readCriterion(held) {
  for (const name of ["value", "contribution", "deficit"]) if (held[name]) held[name] = numbers(held[name]);
  held.state = array(held.state);
}

// Zigzag varints, 7 bits a byte.
function varints([, offset, count]) {
  const source = new Uint8Array(bytes, base + offset), out = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    let value = 0, factor = 1, byte;
    do { byte = source[at++]; value += (byte & 127) * factor; factor *= 128; } while (byte > 127);
    out[i] = value % 2 ? -(value + 1) / 2 : value / 2;
  }
  return out;
}

function starts(sizes) {
  const out = new Uint32Array(sizes.length + 1);
  for (let i = 0; i < sizes.length; i++) out[i + 1] = out[i] + sizes[i];
  return out;
}

function runningSum(values) {
  for (let i = 1; i < values.length; i++) values[i] += values[i - 1];
  return values;
}

// One layer: ring numbers by object, vertex numbers by ring, coordinates in quanta from origin.
function shapes(place) {
  const layer = {
    count: place.count, quantum: place.quantum, origin: place.origin, names: place.name, codes: place.code,
    kind: place.class ? array(place.class) : null,
    rings: starts(varints(place.rings)), points: starts(varints(place.sizes)),
    x: runningSum(varints(place.x)), y: runningSum(varints(place.y))
  };
  layer.box = boxes(layer);
  return layer;
}

function boxes(layer) {
  const box = new Int32Array(layer.count * 4);
  for (let i = 0; i < layer.count; i++) {
    let x0 = 2147483647, y0 = x0, x1 = -x0, y1 = -x0;
    for (let p = layer.points[layer.rings[i]]; p < layer.points[layer.rings[i + 1]]; p++) {
      const x = layer.x[p], y = layer.y[p];
      if (x < x0) x0 = x; if (x > x1) x1 = x; if (y < y0) y0 = y; if (y > y1) y1 = y;
    }
    box.set([x0, y0, x1, y1], i * 4);
  }
  return box;
}

function isEmpty(layer, i) { return layer.rings[i] === layer.rings[i + 1]; }

// Bounds of one object in EPSG:3857 metres.
function metres(layer, i) {
  const [ox, oy] = layer.origin, q = layer.quantum, b = layer.box;
  return { x0: ox + b[i * 4] * q, y0: oy + b[i * 4 + 1] * q, x1: ox + b[i * 4 + 2] * q, y1: oy + b[i * 4 + 3] * q };
}
