// How a search was understood: units and other names as chips, forgiven misspellings with a way
// back, and data sets that match but list no cells. Says {exactly: word}.
const FEW = 3; // data sets named before "Show all"

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

// Addresses come from catalogs of strangers.
function link(one) {
  if (!/^https?:\/\//i.test(one.url ?? "")) return make("span", "", one.title);
  const node = make("a", "", one.title);
  node.href = one.url;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  node.title = `${one.id}: opens where the data live`;
  return node;
}

export function render({ model }) {
  const root = make("div", "understood");
  root.setAttribute("role", "status");
  let all = false; // whether every data set is named

  function line(...parts) {
    const node = make("p");
    node.append(...parts);
    root.append(node);
  }

  function draw() {
    root.replaceChildren();
    const taken = model.words.filter(({ how }) => how === "name" || how === "quantity");
    if (taken.length) {
      const chips = taken.map(({ typed, meaning }) => {
        const chip = make("span", "taken");
        chip.append(make("span", "typed", typed), make("span", "", ": "), make("b", "", meaning));
        return chip;
      });
      line(make("span", "lead", "Understood as"), ...chips);
    }
    for (const { typed, meaning } of model.words.filter(({ how }) => how === "corrected")) {
      const back = make("button", "plain go", `search for exactly ${typed} instead`);
      back.type = "button";
      back.addEventListener("click", () => model.send_msg({ exactly: typed }));
      line("Showing results for ", make("b", "", meaning), "; ", back);
    }
    for (const sentence of model.said) line(sentence);
    const sets = model.datasets;
    if (sets.length) {
      const noun = sets.length === 1 ? "data set" : "data sets";
      const start = model.beside ? "And" : "Found instead:";
      const named = (all ? sets : sets.slice(0, FEW)).flatMap((one, i) => [i ? "; " : "", link(one)]);
      const parts = [`${start} ${sets.length} ${noun} without a list of cells: `, ...named];
      if (sets.length > FEW) {
        const more = make("button", "plain go", all ? "Show fewer" : `Show all ${sets.length}`);
        more.type = "button";
        more.addEventListener("click", () => {
          all = !all;
          draw();
          root.querySelector("button.more")?.focus();
        });
        more.classList.add("more");
        parts.push(" ", more);
      }
      line(...parts);
    }
    root.hidden = !root.childElementCount;
  }

  drawnOnce(model, ["words", "said", "datasets", "beside"], draw);
  return root;
}
