// Some controls of the admin's frame are plain elements with a click handler. Here they become buttons
// for the keyboard and for screen readers too.
document.addEventListener("DOMContentLoaded", () => {
  const NAMES = { dock_to_right: "Menu", more_horiz: "More actions", close: "Close" };

  const upgrade = (root) => {
    for (const control of root.querySelectorAll("[x-on\\:click]:not(button):not(input):not([href]):not([tabindex])")) {
      if (getComputedStyle(control).cursor !== "pointer" || control.querySelector("a, button, input")) continue;
      control.tabIndex = 0;
      control.setAttribute("role", "button");
      const icon = control.textContent.trim();
      if (NAMES[icon]) control.setAttribute("aria-label", NAMES[icon]);
    }
  };

  document.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches('[role="button"][tabindex]:not(button)')) {
      event.preventDefault();
      event.target.click();
    }
  });
  upgrade(document);

  // A page that only asks starts in the field with the first mistake, or in its first field.
  const form = document.querySelector("form[data-focus]");
  const field = "input:not([type=hidden]):not([type=checkbox]), select, textarea";
  (form?.querySelector("[aria-invalid=true]") ?? form?.querySelector(field))?.focus();
});
