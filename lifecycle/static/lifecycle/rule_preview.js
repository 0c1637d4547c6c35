// Shows beside the rule form what the rule means and whom it meets, while it is being written.
// Without this file the same panel is filled each time the form is saved.
document.addEventListener("DOMContentLoaded", () => {
  const panel = document.getElementById("rule-preview");
  const form = document.getElementById("transitionrule_form");
  if (!panel || !form || !form.elements.conditions) return;

  const part = (name) => panel.querySelector(`[data-part="${name}"]`);
  let waiting = 0;
  let asked = null;

  const show = (answer) => {
    form.dispatchEvent(new CustomEvent("rule-told", { detail: answer })); // the rows show what belongs to them
    part("says").textContent = answer.says || "";
    part("meets").textContent = answer.meets || "";
    part("hint").hidden = true;
    for (const name of ["problems", "warnings"]) {
      const lines = (answer[name] || []).map((text) => Object.assign(document.createElement("li"), { textContent: text }));
      part(name).replaceChildren(...lines);
    }
  };

  const ask = async () => {
    if (asked) asked.abort(); // only the answer to what stands there now counts
    asked = new AbortController();
    panel.classList.add("tn-busy");
    try {
      const reply = await fetch(panel.dataset.url, { method: "POST", body: new FormData(form), signal: asked.signal });
      if (!reply.headers.get("content-type")?.includes("json")) throw new Error("not signed in");
      show(await reply.json());
      panel.classList.remove("tn-busy");
    } catch (error) {
      if (error.name === "AbortError") return;
      panel.classList.remove("tn-busy");
      show({ problems: ["The preview cannot be reached right now; saving still checks the rule."] });
    }
  };

  const soon = (delay) => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, delay);
  };
  form.addEventListener("input", () => soon(500));
  form.addEventListener("change", () => soon(100));
});
