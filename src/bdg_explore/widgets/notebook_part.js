// Hosts a part of the Panel face in a notebook: the same ES module, another model around it.

function asPanelModel(model) {
  const calls = {
    send_msg: (message) => model.send(message),
    on: (event, handler) => model.on(event.includes(":") ? event : `change:${event}`, handler),
  };
  return new Proxy(calls, {
    get: (_, name) => calls[name] ?? model.get(name),
    set: (_, name, value) => {
      model.set(name, value);
      model.save_changes();
      return true;
    },
  });
}

async function render({ model, el }) {
  const host = document.createElement("div");
  host.className = "bdg bdg-part";
  host.dataset.lmSuppressShortcuts = "true"; // what is typed here is not meant for JupyterLab
  const style = document.createElement("style");
  style.textContent = model.get("style_sheet");
  el.replaceChildren(host);
  const address = URL.createObjectURL(new Blob([model.get("part")], { type: "text/javascript" }));
  try {
    const part = await import(address);
    const root = host.attachShadow({ mode: "open" });
    root.append(style, part.render({ model: asPanelModel(model) }));
    root.addEventListener("keydown", (event) => {
      // In JupyterLab, Enter does not end the change of a text field as it does elsewhere.
      if (event.key !== "Enter" || event.target.type !== "text") return;
      event.target.dispatchEvent(new Event("change"));
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}

export default { render };
