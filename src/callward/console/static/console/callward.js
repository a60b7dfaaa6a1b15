// Small manners of every page: print buttons, the answer of a failed key, one submit per form.
"use strict";

(function () {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) { window.print(); }
  });

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const notice = document.getElementById("key-failed");
    if (notice) { notice.hidden = false; }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
  });

  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });
})();
