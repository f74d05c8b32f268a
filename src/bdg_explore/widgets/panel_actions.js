// The selected cells as chips, and what can be done with them: open, copy as Python, take the
// data away, copy the link.
const CHIPS = 3; // the bar keeps its height, so that rows below do not jump away from the mouse

export function render({ model }) {
  const root = make("div", "whole");
  let code = false; // whether the Python is shown

  function button(text, className, action, title) {
    const node = make("button", `btn ${className}`, text);
    node.type = "button";
    if (title) node.title = title;
    node.addEventListener("click", () => action(node));
    return node;
  }
  function done(node, text) {
    const before = node.textContent;
    node.textContent = text;
    node.classList.add("done");
    setTimeout(() => {
      node.textContent = before;
      node.classList.remove("done");
    }, 1600);
  }

  function draw() {
    const bar = make("div", "actions");
    const say = make("span", "say");
    say.setAttribute("aria-live", "polite");
    const chosen = model.selection;
    if (chosen.length) {
      say.append(make("b", "", String(chosen.length)), ` selected`);
      bar.append(say);
      const chips = make("span", "chips cells");
      for (const uid of chosen.slice(0, CHIPS)) {
        const chip = make("span", "chip");
        const go = make("button", "plain go", uid.slice(uid.indexOf("/") + 1));
        go.type = "button";
        go.title = `Open ${uid}`;
        go.addEventListener("click", () => model.send_msg({ open: uid }));
        const off = make("button", "plain off", "✕");
        off.type = "button";
        off.setAttribute("aria-label", `Remove ${uid} from the selection`);
        off.addEventListener("click", () => model.send_msg({ drop: uid }));
        chip.append(go, off);
        chips.append(chip);
      }
      bar.append(chips);
      if (chosen.length > CHIPS) {
        const more = make("span", "say more", `+ ${chosen.length - CHIPS}`);
        more.title = chosen.slice(CHIPS, 60).join("\n");
        bar.append(more);
      }
      bar.append(button("Clear", "", () => model.send_msg({ clear: true }), "Select nothing"));
    } else {
      say.textContent = model.hint;
      say.classList.add("hint");
      bar.append(say);
      if (model.selectable > 1)
        bar.append(button(`Select all ${model.selectable}`, "", () => model.send_msg({ all: true })));
    }
    const right = make("span", "chips push");
    if (chosen.length && model.openable)
      right.append(button("Open", "main", () => model.send_msg({ open: chosen[0] })));
    const python = button("Copy as Python", "", async (node) => {
      await copy(model.code);
      code = true;
      draw();
      const again = root.querySelector("[data-role=python]");
      if (again) done(again, "Copied");
    });
    python.dataset.role = "python";
    right.append(python);
    for (const { name, label, title } of model.downloads) {
      right.append(
        button(label, "", (node) => { node.disabled = true; model.send_msg({ download: name }); }, title),
      );
    }
    if (model.link)
      right.append(
        button("Copy link", "", async (node) => {
          await copy(window.location.href);
          done(node, "Copied");
        }, "The address of exactly this view"),
      );
    bar.append(right);
    const parts = [bar];
    if (code) {
      const box = make("div", "code");
      const side = make("div", "side");
      side.append(
        button("Copy", "", async (node) => { await copy(model.code); done(node, "Copied"); }),
        button("✕", "", () => { code = false; draw(); }, "Hide the Python"),
      );
      box.append(make("pre", "", model.code), side);
      parts.push(box);
    }
    root.replaceChildren(...parts);
  }

  model.on("msg:custom", (message) => {
    const { file, text } = message.data ?? message;
    if (file) save(file, text);
    draw();
  });
  drawnOnce(model, ["selection", "code", "hint", "downloads", "selectable"], draw);
  return root;
}
