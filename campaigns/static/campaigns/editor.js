// Draws the flow anew while a campaign is being written, and shows the fields of another trigger at once.
// Without this file the buttons do the same.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("campaign-form");
  const beside = document.getElementById("campaign-beside");
  if (!form || !beside) return;
  form.classList.add("tn-scripted");
  const next = document.getElementById(form.dataset.at ?? "") ?? form.querySelector(".tn-form-field.tn-wrong");
  next?.scrollIntoView({ block: "center" });

  let waiting = 0;
  let asked = null;
  const ask = async () => {
    asked?.abort(); // only the answer to what stands there now counts
    asked = new AbortController();
    try {
      const reply = await fetch(form.dataset.previewUrl, { method: "POST", body: new FormData(form), signal: asked.signal });
      if (reply.ok && !reply.redirected) beside.innerHTML = await reply.text();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };
  const soon = (delay) => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, delay);
  };
  form.addEventListener("input", () => soon(600));
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-refresh]")) form.querySelector("button[name=refresh]").click();
    else soon(150);
  });
});
