// A button that opens files and hands them to Python, but not those that are too large: a message
// beyond the server's limit would cost the page its connection.
//
// What is handed over is the value of a widget of ipywidgets: see `chart.py` for why.

async function render({ model, el }) {
  const upload = await find(model, model.get("upload"));
  const input = document.createElement("input");
  input.type = "file";
  input.accept = upload.get("accept");
  input.multiple = upload.get("multiple");
  input.hidden = true;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-widgets jupyter-button widget-button widget-upload";
  button.addEventListener("click", () => input.click());
  el.append(button, input);

  const count = () => {
    const held = upload.get("value").length;
    button.textContent = upload.get("description") + (held ? ` (${held})` : "");
  };
  count();
  upload.on("change:value", count);

  function send(state) {
    upload.set(state);
    upload.save_changes();
  }
  // The time makes each refusal another one, also of the same file.
  const refuse = (files, size) =>
    send({ error: `${Date.now()} ${size} ${files.map((file) => file.name).join(", ")}` });

  input.addEventListener("change", async () => {
    const files = [...input.files];
    // The same file may be chosen again, mended.
    input.value = "";
    if (!files.length) return;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (size > model.get("most_bytes")) return refuse(files, size);
    try {
      const value = await Promise.all(
        files.map(async (file) => ({
          name: file.name,
          type: file.type,
          size: file.size,
          last_modified: file.lastModified,
          content: await file.arrayBuffer(),
        })),
      );
      send({ value, error: "" });
    } catch {
      refuse(files, "unreadable");
    }
  });
  return () => upload.off("change:value", count);
}

export default { render };
