// The browser's own slider: it has a name for screen readers, which ipywidgets' slider lacks.

async function render({ model, el }) {
  const box = await find(model, model.get("box"));
  const input = document.createElement("input");
  input.type = "range";
  input.style.width = "180px";
  input.setAttribute("aria-label", model.get("label"));
  for (const name of ["min", "max", "step"]) input[name] = box.get(name);
  const follow = () => (input.value = box.get("value"));
  box.on("change:value", follow);
  follow();
  input.addEventListener("change", () => {
    box.set("value", input.valueAsNumber);
    box.save_changes();
  });
  el.appendChild(input);
  return () => box.off("change:value", follow);
}

export default { render };
