// Texts to look at, copy and save: one is shown at a time. Everything happens in the browser, so a
// copy is made within the click, as browsers demand.
export function render({ model }) {
  const root = make("div", "texts");
  let shown = 0;

  function button(text, action, label) {
    const node = make("button", "btn", text);
    node.type = "button";
    if (label) node.setAttribute("aria-label", label);
    node.addEventListener("click", () => action(node));
    return node;
  }

  function draw(focus) {
    const items = model.items;
    if (!items.length) return root.replaceChildren();
    shown = Math.min(shown, items.length - 1);
    const item = items[shown];
    const tabs = make("div", "tabs");
    tabs.setAttribute("role", "tablist");
    tabs.setAttribute("aria-label", model.label);
    items.forEach((one, at) => {
      const tab = make("button", "tab", one.label);
      tab.type = "button";
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-selected", String(at === shown));
      tab.tabIndex = at === shown ? 0 : -1;
      tab.addEventListener("click", () => go(at));
      tabs.append(tab);
    });
    tabs.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      go((shown + step + items.length) % items.length);
    });
    const panel = make("div", "panel");
    panel.setAttribute("role", "tabpanel");
    if (item.text) {
      const text = make("pre", item.wraps ? "wraps" : "", item.text);
      text.tabIndex = 0;
      const bar = make("div", "bar");
      bar.append(
        button("Copy", async (node) => {
          await copy(item.text);
          node.textContent = "Copied";
          model.send_msg({ took: item.name });
          setTimeout(() => (node.textContent = "Copy"), 1600);
        }, `Copy ${item.label}`),
      );
      if (item.file)
        bar.append(
          button("Download", () => {
            save(item.file, item.text, item.type);
            model.send_msg({ took: item.name });
          }, `Download ${item.label}`),
        );
      if (item.note) bar.append(make("span", "note", item.note));
      panel.append(bar, text);
    } else panel.append(make("p", "note", item.note));
    root.replaceChildren(tabs, panel);
    if (focus) tabs.querySelector('[aria-selected="true"]').focus();
  }

  function go(at) {
    shown = at;
    draw(true);
  }

  model.on("items", () => draw(false));
  draw(false);
  return root;
}
