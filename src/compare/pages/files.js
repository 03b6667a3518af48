// Links that save files: Python writes a file when its link is pressed, the browser saves it.

async function render({ model, el }) {
  const names = ["links", "wish", "given"];
  const [links, wish, given] = await Promise.all(names.map((name) => find(model, model.get(name))));
  // Of several windows of one kernel the one that has asked saves it.
  const window_ = crypto.getRandomValues(new Uint32Array(1))[0];
  let asked = 0;

  function ask(event, place) {
    event.preventDefault();
    asked += 1;
    wish.set("value", `${window_}-${asked} ${place}`);
    wish.save_changes();
  }

  function draw() {
    const made = JSON.parse(links.get("value")).map(([label, name], place) => {
      const link = document.createElement("a");
      Object.assign(link, { className: "tc-download", href: "#", download: name, textContent: label });
      link.addEventListener("click", (event) => ask(event, place));
      return link;
    });
    el.replaceChildren(...made);
  }

  function save() {
    const { to, name, kind, content } = JSON.parse(given.get("value"));
    if (to !== `${window_}-${asked}`) return;
    const href = URL.createObjectURL(new Blob([content], { type: `${kind};charset=utf-8` }));
    Object.assign(document.createElement("a"), { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  }

  links.on("change:value", draw);
  given.on("change:value", save);
  draw();
  return () => {
    links.off("change:value", draw);
    given.off("change:value", save);
  };
}

export default { render };
