// Facets with counts and numeric ranges with their spread. The Python side holds the state; this
// draws it and says what was asked for: {facet, values}, {range, low, high} or {reset}.
const FEW = 6;

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

const shown = (number) => String(Number(number.toPrecision(4)));

export function render({ model }) {
  const root = make("div", "facets");
  const open = new Map(); // column -> whether it is unfolded, once somebody said so
  const all = new Set(); // columns of which every value is shown

  const say = (message) => model.send_msg(message);

  function facet(group) {
    const list = make("ul");
    const chosen = group.values.filter((one) => one.on).map((one) => one.value);
    const most = Math.max(1, ...group.values.map((one) => one.count));
    const few = !all.has(group.column) && group.values.length > FEW + 1;
    const visible = few ? group.values.filter((one, i) => i < FEW || one.on) : group.values;
    for (const one of visible) {
      const item = make("li");
      const label = make("label", one.count || one.on ? "" : "none");
      label.title = one.label;
      const box = make("input");
      box.type = "checkbox";
      box.checked = one.on;
      box.dataset.key = `${group.column}=${one.label}`;
      box.setAttribute("aria-label", `${group.title}: ${one.label}, ${one.count} cells`);
      box.addEventListener("change", () =>
        say({
          facet: group.column,
          values: box.checked ? [...chosen, one.value] : chosen.filter((v) => v !== one.value),
        }),
      );
      const bar = make("span", "bar");
      const fill = make("i");
      fill.style.width = `${(100 * one.count) / most}%`;
      bar.append(fill);
      label.append(
        box,
        make("span", one.value === null ? "name unknown" : "name", one.label),
        make("span", "count", one.count.toLocaleString("en")),
        bar,
      );
      item.append(label);
      list.append(item);
    }
    const parts = [list];
    if (group.values.length > FEW + 1) {
      const text = few ? `Show all ${group.values.length}` : "Show fewer";
      const more = make("button", "plain more", text);
      more.type = "button";
      more.dataset.key = `${group.column} more`;
      more.addEventListener("click", () => {
        few ? all.add(group.column) : all.delete(group.column);
        draw();
      });
      parts.push(more);
    }
    return parts;
  }

  function range(group) {
    const box = make("div", "range");
    const lowest = group.edges[0];
    const highest = group.edges.at(-1);
    const span = highest - lowest || 1;
    let [low, high] = [group.low ?? lowest, group.high ?? highest];
    const bars = group.counts.length;
    const most = Math.max(1, ...group.counts);
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", `0 0 ${bars} 38`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const rects = group.counts.map((count, i) => {
      const rect = document.createElementNS(space, "rect");
      const height = count ? Math.max(2, (36 * count) / most) : 0;
      rect.setAttribute("x", i + 0.08);
      rect.setAttribute("width", 0.84);
      rect.setAttribute("y", 38 - height);
      rect.setAttribute("height", height);
      svg.append(rect);
      return rect;
    });
    const track = make("div", "track");
    const ends = make("div", "ends");
    const sliders = [];
    const fields = [];
    for (const [i, name] of ["from", "to"].entries()) {
      const slider = make("input");
      slider.type = "range";
      slider.min = lowest;
      slider.max = highest;
      slider.step = "any";
      slider.dataset.key = `${group.column} slider ${name}`;
      slider.setAttribute("aria-label", `${group.title} ${name} (${group.unit})`);
      slider.addEventListener("input", () => {
        const value = Number(slider.value);
        if (i === 0) low = Math.min(value, high);
        else high = Math.max(value, low);
        paint();
      });
      slider.addEventListener("change", send);
      slider.addEventListener("keydown", (event) => {
        const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
        if (!way) return;
        event.preventDefault();
        const to = Number(slider.value) + (way * span) / bars;
        if (i === 0) low = Math.min(Math.max(to, lowest), high);
        else high = Math.max(Math.min(to, highest), low);
        paint();
        clearTimeout(slider.timer);
        slider.timer = setTimeout(send, 300);
      });
      sliders.push(slider);
      const field = make("input");
      field.type = "text";
      field.inputMode = "decimal";
      field.dataset.key = `${group.column} field ${name}`;
      field.setAttribute("aria-label", `${group.title} ${name} (${group.unit})`);
      field.addEventListener("change", () => {
        const value = Number(field.value.replace(",", "."));
        if (field.value.trim() === "" || Number.isNaN(value)) {
          if (i === 0) low = lowest;
          else high = highest;
        } else if (i === 0) low = Math.min(value, high);
        else high = Math.max(value, low);
        send();
      });
      fields.push(field);
    }
    track.append(...sliders);
    ends.append(fields[0], "to", fields[1], group.unit);
    const active = group.low !== null || group.high !== null;
    if (active) {
      const any = make("button", "plain", "any");
      any.type = "button";
      any.dataset.key = `${group.column} any`;
      any.addEventListener("click", () => say({ range: group.column, low: null, high: null }));
      ends.append(any);
    }
    box.append(svg, track, ends);
    if (group.unknown) {
      const cells = group.unknown === 1 ? "1 cell" : `${group.unknown.toLocaleString("en")} cells`;
      const what = active ? "left out, value unknown" : "of unknown value";
      box.append(make("div", "note", `${cells} ${what}`));
    }
    function paint() {
      sliders[0].value = low;
      sliders[1].value = high;
      fields[0].value = shown(low);
      fields[1].value = shown(high);
      // The lower thumb must stay reachable when both stand at the right end.
      sliders[0].style.zIndex = low > lowest + span / 2 ? 2 : 1;
      rects.forEach((rect, i) => {
        const inside = group.edges[i + 1] >= low && group.edges[i] <= high;
        rect.setAttribute("class", inside ? "in" : "");
      });
    }
    function send() {
      const tiny = span * 1e-6;
      say({
        range: group.column,
        low: low <= lowest + tiny ? null : Number(low.toPrecision(6)),
        high: high >= highest - tiny ? null : Number(high.toPrecision(6)),
      });
    }
    paint();
    return [box];
  }

  function draw() {
    const focused = root.getRootNode().activeElement?.dataset?.key;
    const head = make("div", "head");
    head.append(make("b", "", model.total.toLocaleString("en")), make("span", "", model.summary));
    head.setAttribute("aria-live", "polite");
    const parts = [head];
    if (model.filtered) {
      const reset = make("button", "plain reset", "Clear all");
      reset.type = "button";
      reset.dataset.key = "reset";
      reset.addEventListener("click", () => say({ reset: true }));
      head.append(reset);
    }
    for (const group of model.groups) {
      const section = make("section");
      const title = make("h3");
      const button = make("button", "plain");
      button.type = "button";
      button.title = group.help;
      button.dataset.key = `${group.column} title`;
      const unfolded = open.get(group.column) ?? group.open;
      button.setAttribute("aria-expanded", String(unfolded));
      button.append(make("span", "", group.title));
      const n = group.values
        ? group.values.filter((one) => one.on).length
        : Number(group.low !== null || group.high !== null);
      if (n) button.append(make("span", "on", `· ${n}`));
      button.append(make("span", "mark", "›"));
      button.addEventListener("click", () => {
        open.set(group.column, !unfolded);
        draw();
      });
      title.append(button);
      section.append(title);
      if (unfolded) section.append(...(group.values ? facet(group) : range(group)));
      parts.push(section);
    }
    root.replaceChildren(...parts);
    if (focused) {
      root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
  }

  drawnOnce(model, ["groups", "total", "summary", "filtered"], draw);
  return root;
}
