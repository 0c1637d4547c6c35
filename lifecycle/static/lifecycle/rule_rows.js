// Conditions as rows and groups that can be worked on. `changed(row)` is called after each change, with the row if it was one.
const ruleRows = (vocabulary, changed) => {
  const known = new Map();
  for (const { metrics } of vocabulary.groups) {
    for (const metric of metrics) for (const name of [metric.name, ...metric.other_names]) known.set(name, metric);
  }
  const KINDS = [["all", "All of these hold"], ["any", "At least one of these holds"], ["not", "None of these holds"]];
  const YES_NO = [["true", "yes"], ["false", "no"]];
  const LISTS = ["in", "not_in"];

  const button = (text, click) => {
    const element = make("button", { type: "button", className: "tn-small-button" }, text);
    element.addEventListener("click", click);
    return element;
  };

  const messageOf = () => make("p", { className: "tn-row-message", id: `condition-message-${(ruleRows.messages += 1)}` });

  // A list to choose from that never loses a value: one that is not in it is added.
  const select = (name, choices, value) => {
    const all = value === undefined || choices.some(([one]) => one === value) ? choices : [...choices, [value, value]];
    const element = make("select", { className: "tn-input", "aria-label": name }, ...all.map(([one, text]) => new Option(text, one)));
    element.value = value ?? choices[0][0];
    return element;
  };

  const input = (name, type, text = "") => {
    const element = make("input", { type: "text", className: "tn-input", autocomplete: "off", "aria-label": name });
    if (type === "number") element.inputMode = "decimal";
    if (type === "text") element.classList.add("tn-wide");
    element.value = text;
    if (type === "date") {
      element.type = "date";
      if (element.value !== text) element.type = "text"; // what is no date stays to be seen
      element.value = text;
    }
    return element;
  };

  // The inputs for a value, and what stands in them.
  const valueInputs = (metric, operator, texts) => {
    if (operator === "is_known" || metric?.type === "boolean") {
      const element = select("Value", operator === "is_known" ? YES_NO : [["", "Choose"], ...YES_NO], texts[0]);
      return { elements: [element], texts: () => [element.value] };
    }
    if (operator === "between") {
      const ends = [input("Lowest value", metric?.type, texts[0]), input("Highest value", metric?.type, texts[1])];
      return { elements: [ends[0], make("span", {}, "and"), ends[1]], texts: () => ends.map((one) => one.value) };
    }
    if (LISTS.includes(operator) && metric?.choices.length) {
      const choices = [...new Set([...metric.choices, ...texts])];
      const boxes = choices.map((one) => make("input", { type: "checkbox", value: one, checked: texts.includes(one) }));
      const labels = boxes.map((box) => make("label", { className: "tn-box" }, box, ` ${box.value}`));
      const element = make("div", { role: "group", className: "tn-boxes", "aria-label": "Values" }, ...labels);
      return { elements: [element], texts: () => boxes.filter((box) => box.checked).map((box) => box.value) };
    }
    if (LISTS.includes(operator)) {
      const rows = Math.min(Math.max(texts.length, 2), 8);
      const element = make("textarea", { className: "tn-input", rows, placeholder: "One a line", "aria-label": "Values, one a line" });
      element.value = texts.join("\n");
      return { elements: [element], texts: () => element.value.split("\n") };
    }
    const element = metric?.choices.length
      ? select("Value", [["", "Choose"], ...metric.choices.map((one) => [one, one])], texts[0])
      : input("Value", metric?.type, texts[0]);
    return { elements: [element], texts: () => [element.value] };
  };

  const row = (condition) => {
    const about = make("p", { className: "tn-row-side" });
    const message = messageOf();
    const chart = make("div", { className: "tn-chart" });
    const choice = make("span", { className: "tn-operator" });
    const value = make("span", { className: "tn-value-inputs" });
    const element = make("div", { className: "tn-condition", role: "group", "aria-describedby": message.id });
    let metric = known.get(condition.metric);
    let name = metric?.name ?? condition.metric;
    let operator = condition.operator ?? ">=";
    let inputs;

    const show = (texts) => {
      const operators = vocabulary.operators[metric?.type ?? "number"];
      const chosen = select("Operator", operators, operator);
      chosen.addEventListener("input", () => {
        const texts = [operator, chosen.value].includes("is_known") ? [] : inputs.texts();
        operator = chosen.value;
        show(texts);
        choice.firstChild.focus();
      });
      inputs = valueInputs(metric, operator, texts);
      choice.replaceChildren(chosen);
      value.replaceChildren(...inputs.elements, ...(metric?.unit && operator !== "is_known" ? [make("span", {}, metric.unit)] : []));
      about.textContent = metric?.description ?? "";
    };
    const choose = (next) => {
      const texts = next.type === metric?.type ? inputs.texts() : [];
      const fitting = vocabulary.operators[next.type].map(([one]) => one);
      if (!fitting.includes(operator)) operator = "==";
      if (next.type === "number" && !metric) operator = ">=";
      metric = next;
      name = next.name;
      show(texts);
      changed(element);
    };

    const picker = metricPicker(vocabulary.groups, metric?.label ?? name ?? "", choose);
    show(RuleTree.textsOf(condition.value));
    const controls = make("div", { className: "tn-controls" }, picker.element, choice, value);
    element.append(make("div", { className: "tn-condition-main" }, controls, about, message), chart, remover(element, "condition"));
    controls.addEventListener("input", () => changed(element));
    return Object.assign(element, {
      message,
      chart,
      read: () => ({ metric: name, operator, value: RuleTree.valueOf(inputs.texts(), operator, metric?.type) }),
      start: () => picker.input.focus(),
    });
  };

  const remover = (element, what) => {
    const cross = button("×", () => {
      const group = element.parentElement.closest(".tn-conditions");
      const next = element.nextElementSibling ?? element.previousElementSibling;
      element.remove();
      (next?.querySelector("input, select") ?? group.querySelector(":scope > .tn-adding button")).focus();
      changed();
    });
    cross.classList.add("tn-remove");
    cross.setAttribute("aria-label", `Remove ${what}`);
    return cross;
  };

  const group = (tree, isOutermost = false) => {
    const kind = select("How many have to hold", KINDS, tree.kind);
    const parts = make("div", { className: "tn-parts" }, ...tree.parts.map((part) => (part.kind ? group(part) : row(part))));
    const message = messageOf();
    const add = (part) => {
      parts.append(part);
      changed();
      part.start();
    };
    const adding = make(
      "div", { className: "tn-adding" },
      button("Add condition", () => add(row({}))),
      button("Add group", () => add(group({ kind: "any", parts: [{}] }))),
    );
    const element = make("div", { className: "tn-conditions", role: "group", "aria-describedby": message.id });
    const head = make("div", { className: "tn-conditions-head" }, kind);
    if (!isOutermost) head.append(remover(element, "group"));
    element.append(head, message, parts, adding);
    kind.addEventListener("change", () => changed());
    return Object.assign(element, {
      message,
      parts,
      read: () => {
        const read = [...parts.children].map((part) => part.read());
        return tree.isLone && kind.value === "all" && read.length === 1 ? read[0] : { kind: kind.value, parts: read };
      },
      start: () => kind.focus(),
    });
  };

  return (tree) => group(tree.kind ? tree : { kind: "all", parts: [tree], isLone: true }, true);
};
ruleRows.messages = 0; // on the whole page, which may show several conditions
