// Draws a Bokeh picture in a notebook. BokehJS comes from the kernel when the page has none of the
// right version, so neither a network nor an earlier cell is needed.

const PATIENCE = 60_000; // [ms]

async function bokehOf(model) {
  const version = model.get("version");
  const here = () =>
    window.Bokeh?.version === version ? window.Bokeh : window.Bokeh?.[version];
  if (here()) return here();
  // Two pictures of one notebook ask once.
  window.__bdgBokeh ??= {};
  window.__bdgBokeh[version] ??= new Promise((resolve, reject) => {
    const hear = async (message, buffers) => {
      if (message?.bokehjs !== version) return;
      model.off("msg:custom", hear);
      const address = URL.createObjectURL(new Blob(buffers, { type: "text/javascript" }));
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => reject(new Error("BokehJS could not be loaded"));
      document.head.append(script);
    };
    model.on("msg:custom", hear);
    model.send({ need: "bokehjs" });
    setTimeout(() => {
      delete window.__bdgBokeh[version]; // the next picture asks its own kernel
      reject(new Error("the kernel did not send BokehJS"));
    }, PATIENCE);
  });
  await window.__bdgBokeh[version];
  return here();
}

// Bokeh measures its place, so it waits until the place is on the screen, or is given up.
function laidOut(node) {
  return new Promise((resolve) => {
    const watch = new ResizeObserver(() => {
      if (!node.hidden && (!node.isConnected || !node.clientWidth)) return;
      watch.disconnect();
      resolve();
    });
    watch.observe(node);
  });
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "bdg bdg-plot";
  root.dataset.lmSuppressShortcuts = "true";
  root.setAttribute("role", "figure");
  const picture = document.createElement("div");
  picture.style.minHeight = `${model.get("height")}px`;
  root.append(picture);
  el.replaceChildren(root);
  let views = null;
  let busy = false;
  let stale = false;

  // One picture is made at a time; what came meanwhile is made next, and only the newest of it.
  async function draw() {
    stale = true;
    if (busy) return;
    busy = true;
    while (stale) {
      stale = false;
      await drawOnce(model.get("item"));
    }
    busy = false;
  }
  async function drawOnce(item) {
    root.setAttribute("aria-label", model.get("label"));
    root.hidden = !item?.doc;
    if (!item?.doc) return;
    try {
      const bokeh = await bokehOf(model);
      await laidOut(root);
      if (stale || root.hidden) return;
      const old = [...picture.children];
      const fresh = document.createElement("div");
      picture.append(fresh);
      const before = views;
      views = await bokeh.embed.embed_item(item, fresh);
      old.forEach((node) => node.remove());
      before?.clear?.();
      root.dataset.drawn = String(Number(root.dataset.drawn ?? 0) + 1);
    } catch (error) {
      const sentence = document.createElement("p");
      sentence.textContent = `The picture could not be drawn: ${error.message}. Run the cell again.`;
      picture.replaceChildren(sentence);
    }
  }
  function follow() {
    root.hidden = !model.get("item")?.doc; // also frees a picture that waits for its place
    draw();
  }
  model.on("change:item", follow);
  draw();
  return () => {
    model.off("change:item", follow);
    views?.clear?.();
  };
}

export default { render };
