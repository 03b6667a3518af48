// A panel that changes keeps every element that stays as it is: what its reader has opened stays
// open, what he has scrolled or is on stays there, and the browser lays out only what has changed.

const taught = new WeakSet();

/** The views that panels have by now change their content part by part. */
async function keep(panels) {
  for (const view of panels.flatMap((panel) => Object.values(panel.views))) {
    const { content, model } = await view;
    if (taught.has(content)) continue;
    taught.add(content);
    (await view).update = () => {
      const wanted = document.createElement("template");
      wanted.innerHTML = model.get("value");
      fill(content, wanted.content);
    };
  }
}

function fill(element, wanted) {
  const nodes = [...wanted.childNodes];
  while (element.childNodes.length > nodes.length) element.lastChild.remove();
  nodes.forEach((node, i) => {
    const now = element.childNodes[i];
    if (!now) element.append(node);
    else if (!now.isEqualNode(node)) become(now, node);
  });
}

function become(now, wanted) {
  if (now.nodeName !== wanted.nodeName) return now.replaceWith(wanted);
  if (!now.attributes) return void (now.data = wanted.data);
  for (const { name } of [...now.attributes]) {
    if (name !== "open" && !wanted.hasAttribute(name)) now.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  }
  return fill(now, wanted);
}
