// Draws how the values of a metric are spread: numbers as columns with the condition's thresholds, others as lines.
const drawDistribution = (answer) => {
  const notes = make("p", { className: "tn-row-side" }, [answer.says, ...answer.notes].join(" "));
  if (!answer.bars?.length) return [notes];
  if (!answer.is_scale) {
    const lines = answer.bars.map((bar) =>
      make("li", {},
        make("span", { className: "tn-value-name", title: bar.label }, bar.label),
        make("span", { className: "tn-value-track", "aria-hidden": "true" }, ...filled(bar)),
        make("span", { className: "tn-value-count" }, bar.count)));
    return [make("ul", { className: "tn-values" }, ...lines), notes];
  }
  const svg = shape("svg", { class: "tn-histogram", viewBox: "0 0 100 40", preserveAspectRatio: "none", role: "img" });
  svg.setAttribute("aria-label", `From ${answer.ends[0]} to ${answer.ends[1]}. ${answer.says}`);
  const width = 100 / answer.bars.length;
  answer.bars.forEach((bar, index) => {
    const column = shape("g", {}, shape("title", {}));
    column.firstChild.textContent = `${bar.label}: ${bar.count}`;
    const place = { x: index * width, width: Math.max(width - 0.6, 0.4) };
    column.append(shape("rect", { ...place, y: 0, height: 40, class: "tn-column-space" }));
    for (const [share, name] of [[bar.share, "tn-column"], [bar.meeting, "tn-column tn-meeting"]]) {
      const height = share && Math.max(share * 38, 1);
      column.append(shape("rect", { ...place, y: 40 - height, height, class: name }));
    }
    svg.append(column);
  });
  for (const mark of answer.marks) svg.append(shape("line", { x1: mark * 100, x2: mark * 100, y1: 0, y2: 40, class: "tn-threshold" }));
  const ends = answer.ends.map((end) => make("span", {}, end));
  return [svg, make("p", { className: "tn-ends tn-row-side", "aria-hidden": "true" }, ...ends), notes];
};

const shape = (tag, attributes, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

const filled = (bar) =>
  [[bar.share, ""], [bar.meeting, " tn-meeting"]].map(([share, name]) => {
    const part = make("span", { className: `tn-value-fill${name}` });
    part.style.width = `${share * 100}%`;
    return part;
  });
