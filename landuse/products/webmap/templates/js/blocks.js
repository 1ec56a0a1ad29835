// Takes each packed text as soon as the page has read it, and has it decoded beside the page, by
// two workers where they run.
const landuseBlocks = (() => {
  const waiting = new Map(), decoder = landuseDecoder();
  let workers = [];
  try {
    const address = URL.createObjectURL(new Blob(["(" + landuseDecoder + ")().serve()"], { type: "text/javascript" }));
    workers = [0, 1].map(() => Object.assign(new Worker(address), { letters: 0, onmessage: answer, onerror: withoutWorkers }));
  } catch { workers = []; }

  function take(id) {
    const node = document.getElementById(id), block = { text: node.textContent };
    block.found = new Promise((done, refused) => Object.assign(block, { done, refused }));
    block.found.catch(() => {});  // told when the block is asked for
    waiting.set(id, block);
    node.remove();
    if (workers.length) give(id, block.text); else here(block);
  }

  function give(id, text) {
    const free = workers.reduce((one, other) => (other.letters < one.letters ? other : one));
    free.letters += text.length;
    free.postMessage({ id, text });
  }

  // What a worker could not read the page reads again, and tells why.
  function answer({ data: { id, found } }) {
    const block = waiting.get(id);
    if (found) block.done(found); else here(block);
    block.text = "";
  }

  function here(block) { decoder.decode(block.text).then(block.done, block.refused); }

  // Workers may be forbidden here.
  function withoutWorkers(event) {
    event.preventDefault();
    workers = [];
    for (const block of waiting.values()) if (block.text) { here(block); block.text = ""; }
  }

  return { take, get: (id) => waiting.get(id).found, end: () => { for (const worker of workers) worker.terminate(); waiting.clear(); } };
})();
