// An input with a list of metrics below it, in their groups; what is typed searches names, labels and descriptions.
// Keys and roles are those of an editable combobox with a list (WAI-ARIA Authoring Practices).
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

let pickers = 0;

const metricPicker = (groups, shown, choose) => {
  const id = `metric-picker-${(pickers += 1)}`;
  const input = make("input", {
    type: "text", className: "tn-input", value: shown, placeholder: "Search a metric", autocomplete: "off", spellcheck: false,
    role: "combobox", "aria-label": "Metric", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list",
  });
  const list = make("div", { id, className: "tn-options", role: "listbox", "aria-label": "Metrics", hidden: true });
  let options = [];
  let active = -1;

  const option = (metric) => {
    const kind = metric.unit ? `${metric.type}, ${metric.unit}` : metric.type;
    const element = make(
      "div", { className: "tn-option", role: "option", id: `${id}-${metric.name}`, "aria-selected": "false" },
      make("span", { className: "tn-strong" }, metric.label), " ",
      make("span", { className: "tn-row-side" }, make("code", {}, metric.name), ` ${kind}`),
      make("span", { className: "tn-row-side" }, metric.description),
    );
    element.addEventListener("click", () => pick(metric));
    options.push({ metric, element });
    return element;
  };

  const fill = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (metric) => {
      const told = [metric.name, metric.label, metric.description, ...metric.other_names].join(" ").toLowerCase();
      return words.every((word) => told.includes(word));
    };
    options = [];
    active = -1;
    const found = groups
      .map((group) => ({ ...group, metrics: group.metrics.filter(fits) }))
      .filter((group) => group.metrics.length)
      .map((group) =>
        make("div", { role: "group", "aria-label": group.name },
          make("p", { className: "tn-options-head", "aria-hidden": "true" }, group.name), ...group.metrics.map(option)));
    if (!found.length) found.push(make("p", { className: "tn-options-head" }, "No metric fits."));
    list.replaceChildren(...found);
  };

  const open = (text) => {
    fill(text);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (text) move(1);
  };
  const close = () => {
    list.hidden = true;
    list.replaceChildren();
    input.value = shown;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const move = (step) => {
    options[active]?.element.setAttribute("aria-selected", "false");
    if (!options.length) return input.removeAttribute("aria-activedescendant");
    active = (Math.max(active, step < 0 ? 0 : -1) + step + options.length) % options.length;
    const { element } = options[active];
    element.setAttribute("aria-selected", "true");
    element.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", element.id);
  };
  const pick = (metric) => {
    shown = metric.label;
    close();
    choose(metric);
  };

  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && open(""));
  input.addEventListener("input", (event) => {
    event.stopPropagation(); // a search changes no rule
    open(input.value);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (list.hidden) open("");
      move(step);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter") {
      event.preventDefault(); // never saves the rule by a metric's name
      if (!list.hidden && options[active]) pick(options[active].metric);
    } else if (event.key === "Tab" && !list.hidden && options[active]) {
      pick(options[active].metric);
    }
  });
  input.addEventListener("change", (event) => event.stopPropagation());
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
  return { element: make("div", { className: "tn-picker" }, input, list), input };
};
