// The browser's own slider: it has a name for screen readers, which ipywidgets' slider lacks.

function render({ model, el }) {
  const input = document.createElement("input");
  input.type = "range";
  input.style.width = "180px";
  input.setAttribute("aria-label", model.get("label"));
  for (const name of ["min", "max", "step"]) input[name] = model.get(name);
  const follow = () => (input.value = model.get("value"));
  model.on("change:value", follow);
  follow();
  input.addEventListener("change", () => {
    model.set("value", input.valueAsNumber);
    model.save_changes();
  });
  el.appendChild(input);
}

export default { render };
