// Search field: sends what was typed after a short rest; "/" puts the cursor here.
const REST = 140; // [ms]
const LENS =
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.4" aria-hidden="true">' +
  '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5" stroke-linecap="round"/></svg>';

export function render({ model }) {
  const box = document.createElement("div");
  box.className = "search";
  box.setAttribute("role", "search");
  box.innerHTML =
    LENS +
    '<input type="search" autocomplete="off" spellcheck="false" enterkeyhint="search">' +
    '<kbd aria-hidden="true">/</kbd>' +
    '<button type="button" class="plain clear" aria-label="Clear the search">✕</button>';
  const field = box.querySelector("input");
  const hint = box.querySelector("kbd");
  const clear = box.querySelector(".clear");
  let timer = null;

  const dress = () => {
    field.placeholder = model.placeholder;
    field.setAttribute("aria-label", model.label);
    hint.hidden = Boolean(field.value);
    hint.style.display = field.value ? "none" : "";
    clear.style.display = field.value ? "" : "none";
  };
  const send = () => {
    clearTimeout(timer);
    timer = null;
    if (model.value !== field.value) model.value = field.value;
  };
  field.addEventListener("input", () => {
    dress();
    clearTimeout(timer);
    timer = setTimeout(send, REST);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") send();
    if (event.key === "Escape" && field.value) {
      event.stopPropagation();
      field.value = "";
      dress();
      send();
    }
  });
  clear.addEventListener("click", () => {
    field.value = "";
    dress();
    send();
    field.focus();
  });
  const slash = (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.composedPath()[0];
    if (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName ?? "")) return;
    event.preventDefault();
    field.focus();
    field.select();
  };
  document.addEventListener("keydown", slash);
  model.on("remove", () => document.removeEventListener("keydown", slash));

  const take = () => {
    // What is being typed is newer than what comes back.
    if (timer === null && field.value !== model.value) field.value = model.value;
    dress();
  };
  model.on("value", take);
  model.on("placeholder", dress);
  field.value = model.value;
  dress();
  return box;
}
