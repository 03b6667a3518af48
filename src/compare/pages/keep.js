// A panel that changes keeps every element that stays as it is: what its reader has opened stays
// open, what he has scrolled or is on stays there, and the browser lays out only what has changed.

const taught = new WeakSet();

/** The views that panels have by now change their content part by part. */
function keep(panels) {
  // A view that could not be made says so itself.
  for (const panel of panels) Object.values(panel.views).forEach((view) => view.then(teach, () => {}));
}

function teach(view) {
  if (taught.has(view)) return;
  taught.add(view);
  view.update = () => {
    const wanted = document.createElement("template");
    wanted.innerHTML = view.model.get("value");
    fill(view.content, wanted.content);
  };
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

// What a row or a fold is of stands first in it (but for counts): of another one nothing is kept.
const FIRST = ["TR", "DETAILS"];
const first = ({ nodeName, firstElementChild }) =>
  FIRST.includes(nodeName) ? firstElementChild?.textContent.replace(/\d+/g, "") : nodeName;

function become(now, wanted) {
  if (now.nodeName !== wanted.nodeName || first(now) !== first(wanted)) {
    return now.replaceWith(wanted);
  }
  if (!now.attributes) return void (now.data = wanted.data);
  for (const { name } of [...now.attributes]) {
    if (name !== "open" && !wanted.hasAttribute(name)) now.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  }
  return fill(now, wanted);
}
