// Turns one packed text of landuse/products/webmap/pack.py into bytes and shapes. The page runs it
// in a worker, beside the reading of its own scripts; where none starts, in the page.
function landuseDecoder() {
  // The bytes of a text and its shapes, by the place of their x.
  async function decode(text) {
    const bytes = await inflate(base91(text));
    const base = start(bytes), found = new Map();
    for (const place of layersIn(head(bytes))) found.set(place.x[1], shapeOf(bytes, base, place));
    return { bytes, shapes: found };
  }

  // Gzip ends with the length of what it holds. A Blob would take the bytes through another process.
  async function inflate(packed) {
    const out = new Uint8Array(new DataView(packed.buffer).getUint32(packed.length - 4, true)), stream = new DecompressionStream("gzip"), writer = stream.writable.getWriter(), reader = stream.readable.getReader();
    const written = writer.write(packed).then(() => writer.close());
    written.catch(() => {});  // the reader tells
    for (let at = 0; ;) {
      const { done, value } = await reader.read();
      if (done) return out.buffer;
      out.set(value, at);
      at += value.length;
    }
  }

  function start(bytes) { return 8 + Number(new DataView(bytes).getBigUint64(0, true)); }

  function head(bytes) { return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, start(bytes) - 8))); }

  function* layersIn(value) {
    if (!value || typeof value !== "object") return;
    if (value.rings && value.sizes && value.x && value.y) { yield value; return; }
    if (Array.isArray(value) && typeof value[0] !== "object") return;
    for (const part of Object.values(value)) yield* layersIn(part);
  }

  // The bytes of base91: a line with their number, then 13 bits in two letters.
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

  // Zigzag varints, 7 bits a byte.
  function varints(bytes, base, [, offset, count]) {
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
  function shapeOf(bytes, base, place) {
    const read = (part) => varints(bytes, base, part);
    const layer = {
      count: place.count, rings: starts(read(place.rings)), points: starts(read(place.sizes)),
      x: runningSum(read(place.x)), y: runningSum(read(place.y))
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

  // In a worker: answer each text by what was decoded, handed over and not copied.
  function serve() {
    const send = (id, found) => {
      const arrays = [...found.shapes.values()].flatMap((layer) => [layer.rings, layer.points, layer.x, layer.y, layer.box]);
      self.postMessage({ id, found }, [found.bytes, ...arrays.map((array) => array.buffer)]);
    };
    self.onmessage = ({ data }) => decode(data.text).then((found) => send(data.id, found)).catch(() => self.postMessage({ id: data.id }));
  }

  return { decode, start, head, varints, starts, serve };
}
