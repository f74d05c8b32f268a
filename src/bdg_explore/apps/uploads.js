// A place to drop files. Bytes leave in pieces, each after the last one was taken, so that neither
// side holds more than one. Messages out: {begin}, {piece}, {cancel}, {remove}; in: {ready},
// {taken}, {told}, {gone}, each with the number of the file.
const PIECE = 2 * 1024 * 1024; // [bytes]

const STYLE = `
.zone { border: 2px dashed color-mix(in srgb, currentColor 35%, transparent); border-radius: 10px;
  padding: 28px 20px; text-align: center; font: 15px/1.5 var(--bdg-font, system-ui, sans-serif); }
.zone.over { border-color: var(--panel-primary-color, #1f77b4);
  background: color-mix(in srgb, var(--panel-primary-color, #1f77b4) 8%, transparent); }
.zone p { margin: 0 0 12px; }
.zone small { display: block; margin-top: 12px; opacity: .75; font-size: 13px; }
.zone button { font: inherit; padding: 8px 20px; border-radius: 6px; cursor: pointer; border: 0;
  background: var(--panel-primary-color, #1f77b4); color: var(--panel-on-primary-color, #fff); }
button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
ul { list-style: none; margin: 12px 0 0; padding: 0; font: 14px/1.45 var(--bdg-font, system-ui); }
li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 12px; align-items: center;
  padding: 8px 4px; border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent); }
li .name { font-weight: 600; overflow-wrap: anywhere; }
li .name small { font-weight: 400; opacity: .7; white-space: nowrap; }
li .told { grid-column: 1 / -1; font-size: 13px; overflow-wrap: anywhere; }
li.refused .told { border-left: 3px solid var(--danger-bg-color, #c62828); padding-left: 8px; }
li progress { grid-column: 1 / -1; width: 100%; accent-color: var(--panel-primary-color, #1f77b4); }
li button { all: unset; cursor: pointer; padding: 2px 10px; border-radius: 4px; font-size: 13px;
  border: 1px solid color-mix(in srgb, currentColor 30%, transparent); }
`;

const sized = (bytes) =>
  bytes < 1000 ? `${bytes} bytes`
    : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB`
    : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;

export function render({ model }) {
  const root = document.createElement("div");
  const style = document.createElement("style");
  style.textContent = STYLE;
  const zone = document.createElement("div");
  zone.className = "zone";
  const lead = document.createElement("p");
  lead.textContent = model.prompt;
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.hidden = true;
  input.setAttribute("aria-label", "Files to examine");
  const choose = document.createElement("button");
  choose.type = "button";
  choose.textContent = "Choose files";
  choose.addEventListener("click", () => input.click());
  const small = document.createElement("small");
  small.textContent = model.limits;
  zone.append(lead, choose, input, small);
  const list = document.createElement("ul");
  list.setAttribute("aria-label", "Files");
  root.append(style, zone, list);

  const held = new Map(); // number -> {file, row, told, bar}
  let next = 0;

  const tell = (entry, text, refused) => {
    entry.told.textContent = text;
    entry.row.classList.toggle("refused", Boolean(refused));
  };
  const drop = (id) => {
    held.get(id)?.row.remove();
    held.delete(id);
  };
  const add = (file) => {
    const id = next++;
    const row = document.createElement("li");
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = `${file.name} `;
    const size = document.createElement("small");
    size.textContent = sized(file.size);
    name.append(size);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "Remove";
    remove.setAttribute("aria-label", `Remove ${file.name}`);
    const bar = document.createElement("progress");
    bar.max = Math.max(file.size, 1);
    bar.value = 0;
    const told = document.createElement("span");
    told.className = "told";
    told.setAttribute("role", "status");
    row.append(name, remove, bar, told);
    list.append(row);
    const entry = { file, row, told, bar };
    held.set(id, entry);
    remove.addEventListener("click", () => {
      model.send_msg({ remove: id });
      drop(id);
    });
    tell(entry, "Waiting ...");
    model.send_msg({ begin: id, name: file.name, size: file.size });
  };
  const piece = async (id, at) => {
    const entry = held.get(id);
    if (!entry) return;
    try {
      const data = await entry.file.slice(at, at + PIECE).arrayBuffer();
      model.send_msg({ piece: id, at, data });
    } catch (error) {
      entry.bar.hidden = true;
      model.send_msg({ cancel: id });
      tell(entry, `The browser could not read this file (${error.message}).`, true);
    }
  };
  model.on("msg:custom", (event) => {
    const said = event.data ?? event;
    const entry = held.get(said.id);
    if (!entry) return;
    if (said.at !== undefined) {
      entry.bar.value = said.at;
      tell(entry, `${sized(said.at)} of ${sized(entry.file.size)}`);
      piece(said.id, said.at);
    } else {
      entry.bar.hidden = !said.busy;
      if (said.busy) entry.bar.removeAttribute("value");
      tell(entry, said.told ?? "", said.refused);
      if (said.refused) entry.file = null;
    }
  });
  input.addEventListener("change", () => {
    for (const file of input.files) add(file);
    input.value = "";
  });
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    for (const file of event.dataTransfer.files) add(file);
  });
  return root;
}
