// Draws a part at once, and again when a trait it shows has changed: many changes in one message are
// drawn once, when all of them have come.
function drawnOnce(model, names, draw) {
  let due = false;
  const soon = () => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      draw();
    });
  };
  for (const name of names) if (model[name] !== undefined) model.on(name, soon);
  draw();
}

