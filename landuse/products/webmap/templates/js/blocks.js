// Takes each packed text as soon as the page has read it, and has it decoded beside the page.
const landuseBlocks = (() => {
  const waiting = new Map(), decoder = landuseDecoder();
  let worker = null;
  try {
    const address = URL.createObjectURL(new Blob(["(" + landuseDecoder + ")().serve()"], { type: "text/javascript" }));
    worker = new Worker(address);
    worker.onmessage = ({ data }) => answer(data.id, data.found);
    worker.onerror = withoutWorker;
  } catch { worker = null; }

  function take(id) {
    const node = document.getElementById(id), block = { text: node.textContent };
    block.found = new Promise((done, refused) => Object.assign(block, { done, refused }));
    block.found.catch(() => {});  // told when the block is asked for
    waiting.set(id, block);
    node.remove();
    if (worker) worker.postMessage({ id, text: block.text }); else here(block);
  }

  // What the worker could not read the page reads again, and tells why.
  function answer(id, found) {
    const block = waiting.get(id);
    if (found) block.done(found); else here(block);
    block.text = "";
  }

  function here(block) { decoder.decode(block.text).then(block.done, block.refused); }

  // A worker may be forbidden here.
  function withoutWorker(event) {
    event.preventDefault();
    worker = null;
    for (const block of waiting.values()) if (block.text) here(block);
  }

  return { take, get: (id) => waiting.get(id).found, end: () => { if (worker) worker.terminate(); waiting.clear(); } };
})();
