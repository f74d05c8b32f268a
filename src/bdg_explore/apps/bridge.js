// What only the browser can do for a page: the address bar with its history, Escape, and short
// notices. Messages out: {address} after "back" or "forward", {key: "Escape"}.
const ROOM = 900; // narrower than this the sidebar starts as a closed drawer [px]
const BURST = 900; // changes closer together than this are one step of "back" [ms]

const STYLE = `
.bdg-notices { position: fixed; left: 50%; bottom: 24px; transform: translateX(-50%); z-index: 2000;
  display: flex; flex-direction: column; gap: 8px; width: min(640px, calc(100vw - 32px)); }
.bdg-notice { display: flex; gap: 12px; align-items: start; padding: 12px 8px 12px 16px; border-radius: 8px;
  font: 14px/1.45 var(--bokeh-base-font, system-ui, sans-serif); box-shadow: 0 6px 24px #0005;
  background: #23272e; color: #f5f6f8; border-left: 4px solid #8ab4d8; overflow-wrap: anywhere; }
.bdg-notice.error { border-left-color: #ff6b5e; }
.bdg-notice span { flex: 1; max-height: 30vh; overflow: auto; }
.bdg-notice button { all: unset; cursor: pointer; padding: 0 8px; opacity: .8; }
.bdg-notice button:focus-visible { outline: 2px solid currentColor; }
`;

function notices() {
  let area = document.querySelector(".bdg-notices");
  if (!area) {
    const style = document.createElement("style");
    style.textContent = STYLE;
    document.head.append(style);
    area = document.createElement("div");
    area.className = "bdg-notices";
    document.body.append(area);
  }
  return area;
}

function notify(text, kind) {
  const area = notices();
  for (const old of area.children) if (old.dataset.text === text) old.remove();
  const notice = document.createElement("div");
  notice.className = `bdg-notice ${kind}`;
  notice.dataset.text = text;
  notice.setAttribute("role", kind === "error" ? "alert" : "status");
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "✕";
  close.setAttribute("aria-label", "Close the notice");
  close.addEventListener("click", () => notice.remove());
  notice.append(words, close);
  area.append(notice);
  setTimeout(() => notice.remove(), kind === "error" ? 20_000 : 7_000);
}

// The look a visitor chose is remembered; until then it is that of their system. The sidebar is
// open where there is room for it.
function settle(page) {
  const remembered = window.localStorage?.getItem("bdg-look");
  const dark = remembered ? remembered === "dark"
    : window.matchMedia("(prefers-color-scheme: dark)").matches;
  if (page.dark_theme !== dark) page.dark_theme = dark;
  if (page.sidebar?.length) page.sidebar_open = window.innerWidth >= ROOM;
  page.properties.dark_theme.change.connect(() =>
    window.localStorage?.setItem("bdg-look", page.dark_theme ? "dark" : "light"),
  );
}

export function render({ model, view }) {
  const root = document.createElement("span");
  let top = view;
  while (top.parent) top = top.parent;
  settle(top.model.data);
  let last = -Infinity;

  const write = () => {
    const wanted = window.location.pathname + model.address + window.location.hash;
    if (wanted === window.location.pathname + window.location.search + window.location.hash) return;
    const now = performance.now();
    const way = now - last < BURST || last === -Infinity ? "replaceState" : "pushState";
    last = now;
    window.history[way]({}, "", wanted);
  };
  const back = () => {
    last = performance.now();
    model.send_msg({ address: window.location.search });
  };
  const keys = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) model.send_msg({ key: "Escape" });
  };
  window.addEventListener("popstate", back);
  document.addEventListener("keydown", keys);
  model.on("remove", () => {
    window.removeEventListener("popstate", back);
    document.removeEventListener("keydown", keys);
  });
  model.on("address", write);
  model.on("msg:custom", (event) => {
    const { notice, kind } = event.data ?? event;
    if (notice) notify(notice, kind ?? "info");
  });
  if (model.address) write();
  last = performance.now() - BURST;
  return root;
}
