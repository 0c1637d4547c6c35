// Where the graph is wider than the page it begins at its first tag; without this file, at its left edge.
document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector(".tn-graph-scroll");
  const first = box?.querySelector(".tn-box")?.getBoundingClientRect();
  if (first) box.scrollLeft = first.left + first.width / 2 - box.getBoundingClientRect().left - box.clientWidth / 2;
});
