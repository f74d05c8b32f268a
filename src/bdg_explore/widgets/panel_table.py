"""The table of cells as a Panel component, over the ES module that the notebook face uses."""

from typing import ClassVar, Final

import panel as pn
import param

from .table import TABLE_JS, WIDGETS_CSS

# anywidget's model spoken to Panel's. Panel's own AnyWidgetComponent does the same by way of React,
# which older versions load from an outside host.
_HOST: Final = """
const table = (() => {
%s
})();

export function render({ model }) {
  const el = document.createElement("div");
  el.style.width = "100%%";
  const own = (event) => event.replace("change:", "");
  const leave = table.render({
    el,
    model: {
      get: (name) => model[name],
      set: (name, value) => { model[name] = value; },
      save_changes: () => {},
      on: (event, handler) => model.on(own(event), handler),
      off: (event, handler) => model.off(own(event), handler),
    },
  });
  model.on("remove", () => leave?.());
  return el;
}
"""
_EXPORT: Final = "export default { render };"


def _hosted() -> str:
    module = TABLE_JS.read_text(encoding="utf-8")
    if _EXPORT not in module:
        raise RuntimeError(f"{TABLE_JS} no longer ends with {_EXPORT}")
    return _HOST % module.replace(_EXPORT, "return { render };")


class PanelTable(pn.custom.JSComponent):
    """A page of rows, sortable and selectable; see `table.CellTable` for what each value means."""

    columns = param.List(default=[])
    rows = param.List(default=[])
    key = param.String(default="cell")
    label = param.String(default="Cells")
    total = param.Integer(default=0)
    page = param.Integer(default=0)
    page_size = param.Integer(default=25)
    sort = param.List(default=[])
    selection = param.List(default=[])
    opened = param.String(default="")
    message = param.String(default="")
    order = param.String(default="")

    _esm = _hosted()
    _stylesheets: ClassVar[list[str]] = [WIDGETS_CSS.read_text(encoding="utf-8")]
