// What pages do beyond their forms; each of them works without this.
(() => {
  "use strict";

  // Times are shown in the reader's zone; the server learns it here.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.split("; ").includes(`zone=${zone}`)) {
    document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
  }

  // On a wide screen the navigation is always open; on a narrow one it is a menu.
  const wide = window.matchMedia("(min-width: 64em)");
  const unfold = () => {
    for (const menu of document.querySelectorAll("[data-wide-open]")) menu.open = wide.matches;
  };
  wide.addEventListener("change", unfold);
  document.addEventListener("DOMContentLoaded", unfold);

  // A page that looks for news of itself leaves whoever is in the middle of something alone.
  const isBusy = (part) =>
    part.querySelector("details[open]:not([data-wide-open]), input:checked:not([data-kept])") ||
    (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea, summary"));
  document.addEventListener("htmx:before:request", (event) => {
    const asking = event.target;
    if (asking.matches?.("[data-live]") && (document.hidden || isBusy(document.getElementById("page")))) {
      event.preventDefault();
    }
  });

  // What has to be mended, or was saved, is the next place for the keyboard, also where a browser gives it no focus itself.
  document.addEventListener("DOMContentLoaded", () => document.querySelector("#page [role][autofocus]")?.focus());

  // After a form was sent, what it did is read aloud and is the next place for the keyboard.
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.target.matches?.("[data-live], [data-quiet]")) return;
    unfold();
    // What unfolds in place of a link has its focus too.
    if (document.activeElement?.matches("summary[autofocus]")) return;
    const first = ["#said .tl-flash", "#page [role=alert]", "#page h1"].find((one) => document.querySelector(one));
    const told = first && document.querySelector(first);
    if (told) {
      told.setAttribute("tabindex", "-1");
      told.focus({ preventScroll: !told.matches("[role=alert], h1") });
    }
  });

  // What is to be copied is copied by a button, where the browser allows it.
  const offerCopies = () => {
    for (const button of document.querySelectorAll("[data-copies]")) button.hidden = !navigator.clipboard;
  };
  document.addEventListener("DOMContentLoaded", offerCopies);
  document.addEventListener("htmx:after:swap", offerCopies);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copies]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copies);
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  });

  // One tick for all of a group.
  document.addEventListener("change", (event) => {
    const all = event.target.closest?.("[data-ticks]");
    if (!all) return;
    for (const one of document.querySelectorAll(`[data-group="${all.dataset.ticks}"]`)) one.checked = all.checked;
  });
})();
