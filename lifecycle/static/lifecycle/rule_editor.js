// Shows the conditions of the rule form as rows. The field stays the JSON: rows are read from it and written to it.
// Without this file, and where the JSON cannot be shown as rows, it is edited as it is.
document.addEventListener("DOMContentLoaded", () => {
  if (!document.getElementById("rule-vocabulary")) return;
  document.querySelectorAll("textarea#id_conditions, textarea[data-conditions]").forEach(editConditions);
});

const editConditions = (field) => {
  const data = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "[]");

  const form = field.form;
  const url = document.getElementById("rule-preview").dataset.distributionUrl;
  const place = make("div", {});
  const refusal = make("p", { className: "tn-error", role: "alert" });
  const toggle = make("button", { type: "button", className: "tn-small-button" });
  const help = field.id === "id_conditions" ? document.getElementById("conditions-help") : null;
  const waiting = new WeakMap();
  let root = null;

  const changed = (row) => {
    field.value = RuleTree.spell(root.read());
    field.dispatchEvent(new Event("input", { bubbles: true }));
    number(root, "");
    if (row) soon(row);
    else mark([]); // the places have moved
  };
  const build = ruleRows(data("rule-vocabulary"), changed);

  // --- rows or JSON
  const showRows = () => {
    try {
      const tree = RuleTree.read(field.value);
      root = build(tree);
      // Nothing is shown as rows that rows would write differently; only other names of metrics become the usual ones.
      if (withoutMetrics(RuleTree.spell(root.read())) !== withoutMetrics(RuleTree.spell(tree))) {
        throw new Error("a value does not fit its operator or its metric");
      }
    } catch (error) {
      root = null;
      refusal.textContent = `The conditions cannot be shown as rows: ${error.message}.`;
      return showJson();
    }
    refusal.textContent = "";
    place.replaceChildren(root);
    number(root, "");
    setMode(true);
    rows().forEach(tell);
  };
  const showJson = () => {
    place.replaceChildren();
    root = null;
    setMode(false);
  };
  const setMode = (isRows) => {
    field.hidden = isRows;
    if (help) help.hidden = isRows;
    toggle.textContent = isRows ? "Edit as JSON" : "Edit as rows";
  };
  const withoutMetrics = (text) => text.replace(/"metric": "(?:[^"\\]|\\.)*"/g, '"metric"');
  const rows = () => (root ? [...root.querySelectorAll(".tn-condition")] : []);

  // --- numbers for those who do not see how rows stand in groups
  const number = (group, prefix) => {
    group.setAttribute("aria-label", prefix ? `Group ${prefix}` : "Conditions");
    [...group.parts.children].forEach((part, index) => {
      const own = prefix ? `${prefix}.${index + 1}` : `${index + 1}`;
      if (part.parts) number(part, own);
      else part.setAttribute("aria-label", `Condition ${own}`);
    });
  };

  // --- problems at the rows they belong to
  const placed = (element, path = "") => {
    if (!element.parts) return [[path, element]];
    const parts = [...element.parts.children];
    const tree = element.read();
    if (!tree.kind) return [["", parts[0]]]; // a lone condition
    return [[path, element], ...parts.flatMap((part, index) => placed(part, RuleTree.pathOf(tree.kind, parts.length, index, path)))];
  };
  const mark = (problems, isWriting = false) => {
    const places = placed(root).sort(([a], [b]) => b.length - a.length); // the innermost first
    const said = new Map(places.map(([, element]) => [element, []]));
    for (const { path, message } of problems) {
      const found = places.find(([start]) => start === "" || path === start || path.startsWith(`${start}.`));
      said.get(found[1]).push(message);
    }
    for (const [element, messages] of said) {
      const isNew = !element.parts && !element.read().metric;
      element.message.textContent = isNew ? "Choose a metric." : messages.join(" ");
      element.classList.toggle("tn-wrong", messages.length > 0 && !(isNew && isWriting));
    }
  };

  // --- how the values are spread, beside each row
  const tell = async (row) => {
    const { asked } = waiting.get(row) ?? {};
    asked?.abort();
    const condition = row.read();
    if (!condition.metric) return row.chart.replaceChildren();
    const now = new AbortController();
    waiting.set(row, { asked: now });
    const body = new FormData(form);
    body.set("metric", condition.metric);
    body.set("condition", RuleTree.spell(condition));
    row.chart.classList.add("tn-busy");
    try {
      const reply = await fetch(url, { method: "POST", body, signal: now.signal });
      row.chart.replaceChildren(...(reply.ok ? drawDistribution(await reply.json()) : []));
    } catch (error) {
      if (error.name === "AbortError") return;
      row.chart.replaceChildren();
    }
    row.chart.classList.remove("tn-busy");
  };
  const soon = (row) => {
    const { asked, timer } = waiting.get(row) ?? {};
    clearTimeout(timer);
    waiting.set(row, { asked, timer: setTimeout(() => tell(row), 400) });
  };

  toggle.addEventListener("click", () => (root ? showJson() : showRows()));
  form.addEventListener("rule-told", ({ detail: answer }) => {
    if (!root) return;
    const places = answer.places ?? [];
    mark(places, true);
    const several = places.length > 1 ? `${places.length} mistakes are marked` : "A mistake is marked";
    if (places.length) answer.problems = [`${several} at the conditions; they are not complete yet.`];
  });
  form.addEventListener("change", (event) => {
    if (["from_tags", "from_untagged"].includes(event.target.name)) rows().forEach(soon);
  });
  const labels = make("div", { className: "tn-label-row" });
  field.before(labels, place, refusal);
  labels.append(field.labels[0], toggle);
  showRows();
  if (root) mark(data("rule-problems"));
};
