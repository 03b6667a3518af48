// What is wrong with the places of things on a page: labels, controls, texts and the texts of
// charts that lie on each other, leave the page or their chart, are cut, or are printed too small.
// Returns one sentence per fault.
() => [...new Set([...document.querySelectorAll(".tc-page")].flatMap((root) => {
  const SLACK_PX = 3; // a line's box is a little taller than its letters
  const SMALLEST_PX = 11;
  const frame = root.getBoundingClientRect();
  const faults = new Set();
  const words = (text) => `"${text.trim().replace(/\s+/g, " ").slice(0, 50)}"`;
  const seen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const small = (e) => parseFloat(getComputedStyle(e).fontSize) < SMALLEST_PX;

  // A box is its four corners, so that a slanted text is not taken for the square around it.
  const boxes = [];
  function add(element, text, corners, inChart = false) {
    const x = corners.map((p) => p.x), y = corners.map((p) => p.y);
    const [left, right] = [Math.min(...x), Math.max(...x)];
    const [top, bottom] = [Math.min(...y), Math.max(...y)];
    if (right - left < 1 || bottom - top < 1) return;
    boxes.push({ element, text, corners, left, right, top, bottom, inChart });
  }
  function addRect(element, text, { left, right, top, bottom }) {
    // What is scrolled away is not on the page.
    const scroll = element.closest(".tc-scroll, .tc-code")?.getBoundingClientRect();
    if (scroll) [left, right] = [Math.max(left, scroll.left), Math.min(right, scroll.right)];
    if (left < right) {
      add(element, text, [[left, top], [right, top], [right, bottom], [left, bottom]]
        .map(([x, y]) => ({ x, y })));
    }
  }

  for (const e of root.querySelectorAll("select, input, button, textarea")) {
    if (seen(e)) addRect(e, `${e.tagName} ${e.textContent}`, e.getBoundingClientRect());
  }
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || parent.closest("select, button, textarea, style, svg")) continue;
    const folded = parent.closest("details:not([open])") && !parent.closest("summary");
    if (folded || !seen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) addRect(parent, node.data, rect);
    if (small(parent)) faults.add(`too small: ${words(node.data)}`);
  }
  for (const plot of root.querySelectorAll(".js-plotly-plot")) {
    const own = plot.getBoundingClientRect();
    if (plot.parentElement.getBoundingClientRect().right > frame.right + 1) {
      faults.add("leaves the page: a chart");
    }
    for (const e of plot.querySelectorAll(".main-svg text")) {
      if (!e.textContent.trim() || !seen(e)) continue;
      const { x, y, width, height } = e.getBBox();
      const onScreen = e.getScreenCTM();
      const corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
        .map(([px, py]) => new DOMPoint(px, py).matrixTransform(onScreen));
      add(e, e.textContent, corners, true);
      const rect = e.getBoundingClientRect();
      if (
        rect.left < own.left - SLACK_PX || rect.right > own.right + SLACK_PX ||
        rect.top < own.top - SLACK_PX || rect.bottom > own.bottom + SLACK_PX
      ) {
        faults.add(`leaves its chart: ${words(e.textContent)}`);
      }
      if (small(e)) faults.add(`too small: ${words(e.textContent)}`);
    }
  }

  for (const e of root.querySelectorAll("label, .widget-label, button")) {
    if (seen(e) && e.scrollWidth > e.clientWidth + 1) faults.add(`cut: ${words(e.textContent)}`);
  }
  for (const box of boxes) {
    // Where a chart leaves the page, it is scrolled; its texts stay in the chart.
    if (!box.inChart && (box.left < frame.left - 1 || box.right > frame.right + 1)) {
      faults.add(`leaves the page: ${words(box.text)}`);
    }
  }

  // By how much two boxes lie on each other: the least push, along any of their sides, that
  // would part them.
  function depth(one, other) {
    let least = Infinity;
    for (const { corners } of [one, other]) {
      for (const [from, to] of [[0, 1], [1, 2]]) {
        const [dx, dy] = [corners[to].x - corners[from].x, corners[to].y - corners[from].y];
        const length = Math.hypot(dx, dy);
        const along = (box) => box.corners.map((p) => (p.x * dx + p.y * dy) / length);
        const a = along(one), b = along(other);
        least = Math.min(least, Math.max(...a) - Math.min(...b), Math.max(...b) - Math.min(...a));
      }
    }
    return least;
  }
  boxes.sort((one, other) => one.top - other.top);
  boxes.forEach((one, i) => {
    for (let k = i + 1; k < boxes.length && boxes[k].top < one.bottom - SLACK_PX; k++) {
      const other = boxes[k];
      if (other.left > one.right || other.right < one.left) continue;
      if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
      const by = depth(one, other);
      if (by > SLACK_PX) {
        faults.add(`overlap by ${Math.round(by)} px: ${words(one.text)} and ${words(other.text)}`);
      }
    }
  });
  return [...faults];
}))]
