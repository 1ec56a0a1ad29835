// Unpacks what landuse/products/webmap/pack.py packed. D holds everything read-only.
const D = {};
const ARRAYS = { i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array };
const NULLS = { i1: -128, i2: -32768, i4: -2147483648 };
const CODEC = landuseDecoder();
let bytes = null, base = 0, decoded = null;

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
    if (place && (place.n || place.t) && name !== "towns" && !D.parcels.details.includes(name)) D.col[name] = place.t ? texts(place) : numbers(place);
  }
  for (const name of ["kind", "flag", "zone_in", "spoken", "town"]) D.col[name] = array(D.parcels[name]);
  D.towns = D.parcels.towns;
  D.measured = Object.fromEntries(Object.entries(D.parcels.measured).map(([code, place]) => [code, numbers(place)]));
  unpackVillages();
  nameKinds();
  await unpackDetails();
}

// What cards, what-if, trend lines and exports read.
async function unpackDetails() {
  await readBlock("landuse-details");
  for (const name of D.parcels.details) D.col[name] = D.parcels[name].t ? texts(D.parcels[name]) : numbers(D.parcels[name]);
  for (const criterion of D.criteria) for (const held of Object.values(criterion.of || {})) readCriterion(held);
  landuseBlocks.end();
}

// The head of one packed text; what it names is then read from its bytes, until the next is read.
async function readBlock(id) {
  const found = await landuseBlocks.get(id);
  bytes = found.bytes;
  base = CODEC.start(bytes);
  decoded = found.shapes;
  return CODEC.head(bytes);
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
  const own = bytes, at = base;
  let from = null;
  return (k) => {
    from ||= starts(CODEC.varints(own, at, place.sizes));
    const numbers = decoder.decode(digits.subarray(from[k], from[k + 1])).split(";");
    let next = 0;
    return place.t[forms[k]].replace(/\u0001/g, () => numbers[next++]);
  };
}

function readCriterion(held) {
  for (const name of ["value", "contribution", "deficit"]) if (held[name]) held[name] = numbers(held[name]);
  held.state = array(held.state);
}

function starts(sizes) { return CODEC.starts(sizes); }

// One layer of outlines: see decode.js.
function shapes(place) {
  return Object.assign(decoded.get(place.x[1]), {
    quantum: place.quantum, origin: place.origin, names: place.name, codes: place.code, kind: place.class ? array(place.class) : null
  });
}

function isEmpty(layer, i) { return layer.rings[i] === layer.rings[i + 1]; }

// Bounds of one object in EPSG:3857 metres.
function metres(layer, i) {
  const [ox, oy] = layer.origin, q = layer.quantum, b = layer.box;
  return { x0: ox + b[i * 4] * q, y0: oy + b[i * 4 + 1] * q, x1: ox + b[i * 4 + 2] * q, y1: oy + b[i * 4 + 3] * q };
}
