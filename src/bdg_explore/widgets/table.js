// A paged, sortable table whose rows can be chosen. One module for two hosts: anywidget in
// notebooks, AnyWidgetComponent in Panel pages.
//
// Reads  columns [{name, title, unit, kind, meaning}], rows [{...}] of the current page, key (the
//        name of the identifying value in a row), label, total, page, page_size, message,
//        order (what orders the rows while they are sorted by no column).
// Writes page, sort ([] or [name, "asc" | "desc"]), selection ([key, ...]) and opened (a key).
//
// Values come from catalogs of strangers: they only ever become text nodes.

const UNKNOWN = "unknown";

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function asText(value) {
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  const rounded = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
  return String(rounded);
}

// How a value is shown, by the kind of its column. Add a kind here, name it in Python.
const FORMATTERS = {
  text: (value) => make("span", { class: "bdg-text", title: String(value) }, asText(value)),
  number: (value) => make("span", { class: "bdg-number" }, asText(value)),
  badge: (value) => make("span", { class: "bdg-badge", "data-value": String(value) }, asText(value)),
};

function shown(value, kind) {
  if (value === null || value === undefined || value === "") {
    return make("span", { class: "bdg-unknown" }, UNKNOWN);
  }
  return (FORMATTERS[kind] ?? FORMATTERS.text)(value);
}

function nextSort(sort, name) {
  if (sort[0] !== name) return [name, "asc"];
  return sort[1] === "asc" ? [name, "desc"] : [];
}

function render({ model, el }) {
  const root = make("div", { class: "bdg bdg-table", "data-lm-suppress-shortcuts": "true" });
  const order = make("select", { "aria-label": "Sort by" });
  const table = make("table", { role: "grid", "aria-multiselectable": "true" });
  const head = make("thead", { role: "rowgroup" });
  const body = make("tbody", { role: "rowgroup" });
  const status = make("span", { role: "status", "aria-live": "polite", class: "bdg-status" });
  const pager = make("span", { class: "bdg-pager", role: "group", "aria-label": "Pages" });
  table.append(head, body);
  root.append(
    make("div", { class: "bdg-order" }, order),
    make("div", { class: "bdg-scroll" }, table),
    make("div", { class: "bdg-foot" }, status, pager),
  );
  el.replaceChildren(root);

  let focusRow = 0; // the row that Tab reaches
  let focusAfterPage = null; // where the focus goes once another page has come

  const set = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const keyOf = (row) => row[model.get("key")];
  const pages = () => Math.max(1, Math.ceil(model.get("total") / model.get("page_size")));

  // --- what a visitor does ---------------------------------------------------------------------
  function choose(keys, on) {
    const selection = new Set(model.get("selection"));
    for (const key of keys) on ? selection.add(key) : selection.delete(key);
    set("selection", [...selection]);
    paintSelection();
  }
  function toggle(key) {
    choose([key], !model.get("selection").includes(key));
  }
  function open(key) {
    if (model.get("opened") === key) set("opened", ""); // the same cell again is news too
    set("opened", key);
  }
  function turn(page, row) {
    if (page < 0 || page >= pages() || page === model.get("page")) return;
    focusAfterPage = row;
    set("page", page);
  }
  function moveTo(position) {
    const rows = body.querySelectorAll("tr[data-row]");
    if (!rows.length) return;
    focusRow = Math.min(Math.max(position, 0), rows.length - 1);
    rows.forEach((row, at) => (row.tabIndex = at === focusRow ? 0 : -1));
    rows[focusRow].focus();
  }
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = keyOf(model.get("rows")[focusRow] ?? {});
    const does = {
      ArrowDown: () => moveTo(focusRow + 1),
      ArrowUp: () => moveTo(focusRow - 1),
      Home: () => moveTo(0),
      End: () => moveTo(Infinity),
      PageDown: () => turn(model.get("page") + 1, 0),
      PageUp: () => turn(model.get("page") - 1, 0),
      " ": () => key !== undefined && toggle(key),
      Enter: () => key !== undefined && open(key),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }

  // --- what is drawn ---------------------------------------------------------------------------
  function drawHead() {
    const all = make("input", { type: "checkbox", "aria-label": "Select all rows of this page" });
    all.addEventListener("change", () => choose(model.get("rows").map(keyOf), all.checked));
    const cells = model.get("columns").map((column) => {
      const arrow = make("span", { class: "bdg-arrow", "aria-hidden": "true" });
      const unit = column.unit ? make("span", { class: "bdg-unit" }, column.unit) : "";
      const button = make("button", { type: "button", title: column.meaning }, column.title, " ", unit, arrow);
      button.addEventListener("click", () => {
        set("sort", nextSort(model.get("sort"), column.name));
        paintSort();
      });
      return make("th", { scope: "col", role: "columnheader", "data-name": column.name, "data-kind": column.kind }, button);
    });
    head.replaceChildren(make("tr", { role: "row" }, make("th", { scope: "col", role: "columnheader", class: "bdg-check" }, all), ...cells));
    table.setAttribute("aria-colcount", cells.length + 1);
    table.setAttribute("aria-label", model.get("label"));
    order.replaceChildren(
      make("option", { value: "[]" }),
      ...model.get("columns").flatMap(({ name, title }) => [
        make("option", { value: JSON.stringify([name, "asc"]) }, `${title} ▲`),
        make("option", { value: JSON.stringify([name, "desc"]) }, `${title} ▼`),
      ]),
    );
    paintSort();
  }
  function paintSort() {
    const [name, direction] = model.get("sort");
    for (const th of head.querySelectorAll("th[data-name]")) {
      const on = th.dataset.name === name;
      th.setAttribute("aria-sort", on ? (direction === "asc" ? "ascending" : "descending") : "none");
      th.querySelector(".bdg-arrow").textContent = on ? (direction === "asc" ? " ▲" : " ▼") : "";
    }
    order.options[0].textContent = `Sort: ${model.get("order") || "as listed"}`;
    order.value = JSON.stringify(model.get("sort"));
  }
  function drawRow(row, at) {
    const key = keyOf(row);
    const box = make("input", { type: "checkbox", tabindex: "-1", "aria-label": `Select ${key}` });
    const cells = model.get("columns").map((column) => {
      const own = column.name === model.get("key");
      const role = own ? { role: "rowheader", scope: "row" } : { role: "gridcell" };
      const label = column.unit ? `${column.title} / ${column.unit}` : column.title;
      return make(own ? "th" : "td", { ...role, "data-kind": column.kind, "data-label": label }, shown(row[column.name], column.kind));
    });
    const index = model.get("page") * model.get("page_size") + at + 2;
    const tr = make("tr", { role: "row", "data-row": at, "aria-rowindex": index }, make("td", { role: "gridcell", class: "bdg-check" }, box), ...cells);
    tr.addEventListener("click", (event) => {
      if (event.detail > 1) return; // the second half of a double click
      if (event.target !== box && document.getSelection()?.type === "Range") return; // copying text
      focusRow = at;
      toggle(key);
      moveTo(at);
    });
    tr.addEventListener("dblclick", () => open(key));
    tr.addEventListener("focus", () => (focusRow = at));
    return tr;
  }
  function drawBody() {
    const within = body.contains(root.getRootNode().activeElement);
    const rows = model.get("rows");
    table.setAttribute("aria-rowcount", model.get("total") + 1);
    if (rows.length) {
      body.replaceChildren(...rows.map(drawRow));
    } else {
      const text = model.get("message") || "No row to show.";
      const cell = make("td", { role: "gridcell", colspan: model.get("columns").length + 1 }, text);
      body.replaceChildren(make("tr", { role: "row", class: "bdg-none" }, cell));
    }
    paintSelection();
    const wanted = focusAfterPage ?? Math.min(focusRow, Math.max(0, rows.length - 1));
    focusRow = wanted;
    if (within && rows.length) moveTo(wanted);
    else body.querySelectorAll("tr[data-row]").forEach((row, at) => (row.tabIndex = at === wanted ? 0 : -1));
    focusAfterPage = null;
  }
  function paintSelection() {
    const selection = new Set(model.get("selection"));
    const rows = model.get("rows");
    let here = 0;
    body.querySelectorAll("tr[data-row]").forEach((tr) => {
      const row = rows[Number(tr.dataset.row)];
      const on = row !== undefined && selection.has(keyOf(row));
      here += on;
      tr.setAttribute("aria-selected", String(on));
      tr.querySelector("input").checked = on;
    });
    const all = head.querySelector("input");
    if (all) {
      all.checked = rows.length > 0 && here === rows.length;
      all.indeterminate = here > 0 && here < rows.length;
    }
  }
  function drawFoot() {
    const [total, page, size] = [model.get("total"), model.get("page"), model.get("page_size")];
    const number = (value) => value.toLocaleString("en");
    const [first, last] = [page * size + 1, Math.min(total, (page + 1) * size)];
    const ranked = total > 1 && model.get("order") && !model.get("sort").length;
    const rows = total ? `${number(first)}–${number(last)} of ${number(total)}` : "0 rows";
    const text = ranked ? `${rows}, ${model.get("order")}` : rows;
    if (status.textContent !== text) status.textContent = text;
    const focused = root.getRootNode().activeElement?.getAttribute?.("aria-label");
    const step = (sign, name, to) => {
      const button = make("button", { type: "button", "aria-label": name }, sign);
      button.disabled = to < 0 || to >= pages() || to === page;
      button.addEventListener("click", () => set("page", to));
      return button;
    };
    const had = pager.contains(root.getRootNode().activeElement);
    pager.replaceChildren(
      step("«", "First page", 0),
      step("‹", "Previous page", page - 1),
      make("span", {}, `${number(page + 1)} / ${number(pages())}`),
      step("›", "Next page", page + 1),
      step("»", "Last page", pages() - 1),
    );
    if (had) [...pager.querySelectorAll("button:enabled")].find((b) => b.getAttribute("aria-label") === focused)?.focus();
  }

  // --- what is followed: many changes in one message are drawn once ----------------------------
  const due = new Set();
  const follow = {
    columns: [drawHead, drawBody],
    label: [drawHead],
    key: [drawBody],
    rows: [drawBody, drawFoot],
    message: [drawBody],
    sort: [paintSort, drawFoot],
    order: [paintSort, drawFoot],
    selection: [paintSelection],
    total: [drawFoot],
    page: [drawFoot],
    page_size: [drawFoot],
  };
  const handlers = Object.entries(follow).map(([name, jobs]) => [
    `change:${name}`,
    () => {
      if (!due.size) queueMicrotask(() => { const now = [...due]; due.clear(); now.forEach((job) => job()); });
      jobs.forEach((job) => due.add(job));
    },
  ]);
  handlers.forEach(([event, handler]) => model.on(event, handler));
  order.addEventListener("change", () => set("sort", JSON.parse(order.value)));
  body.addEventListener("keydown", onKey);
  drawHead();
  drawBody();
  drawFoot();
  return () => handlers.forEach(([event, handler]) => model.off?.(event, handler));
}

export default { render };
