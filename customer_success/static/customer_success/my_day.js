// Keys for the list of tasks: j and k move, d, s and r open what can be done. Without this the page works the same.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const opened = document.querySelector("details.tn-step[open]");
  if (event.key === "Escape" && opened) {
    opened.open = false;
    opened.querySelector("summary").focus();
    return;
  }
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const tasks = [...document.querySelectorAll("[data-task]")];
  const current = tasks.findIndex((task) => task.contains(document.activeElement));
  if (event.key === "j" || event.key === "k") {
    const next = tasks[Math.max(0, Math.min(tasks.length - 1, current + (event.key === "j" ? 1 : -1)))];
    next?.querySelector("a").focus();
  } else if (current >= 0) {
    const step = tasks[current].querySelector(`details[data-key="${event.key}"]`);
    if (!step) return;
    event.preventDefault();
    step.open = true;
    step.querySelector("textarea, input:not([type=hidden]), button").focus();
  }
});
// One is open at a time, and a click elsewhere closes it.
document.addEventListener("click", (event) => {
  for (const step of document.querySelectorAll("details.tn-step[open]")) {
    if (!step.contains(event.target)) step.open = false;
  }
});
