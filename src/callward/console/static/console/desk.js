// The desk follows the line: each event is the whole panel, drawn by the server in the reader's words.
"use strict";

(function () {
  const panel = document.getElementById("desk-panel");
  if (!panel) { return; }

  function typed() {
    const kept = {};
    const call = panel.querySelector("[data-call]");
    panel.querySelectorAll("select, textarea, input:not([type='hidden'])").forEach((field) => {
      kept[field.name] = field.type === "checkbox" ? field.checked : field.value;
    });
    const focused = panel.contains(document.activeElement) ? document.activeElement.name : "";
    return { call: call ? call.dataset.call : "", kept, focused };
  }

  function restore(before) {
    const call = panel.querySelector("[data-call]");
    if (!call || call.dataset.call !== before.call) { return; }
    Object.entries(before.kept).forEach(([name, value]) => {
      const field = panel.querySelector(`[name='${name}']:not([type='hidden']):not(button)`);
      if (!field) { return; }
      if (field.type === "checkbox") { field.checked = value; } else { field.value = value; }
    });
    if (before.focused) {
      const again = panel.querySelector(`[name='${before.focused}']`);
      if (again) { again.focus({ preventScroll: true }); }
    }
  }

  function show(html) {
    const before = typed();
    panel.innerHTML = html;
    restore(before);
    tick();
  }

  function clock(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  function tick() {
    const now = Date.now();
    panel.querySelectorAll("[data-since]").forEach((one) => {
      one.textContent = clock((now - Date.parse(one.dataset.since)) / 1000);
    });
    panel.querySelectorAll("[data-until]").forEach((one) => {
      const left = Number(one.dataset.seconds) - (now - Date.parse(one.dataset.until)) / 1000;
      one.textContent = clock(left);
      one.classList.toggle("ending", left < 30);
    });
  }

  panel.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-desk]")) { return; }
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    form.querySelectorAll("button").forEach((button) => { button.disabled = true; });
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true", "X-Desk": "panel" } });
    const html = await answer.text();
    const refusals = document.getElementById("refusals");
    refusals.innerHTML = answer.ok ? "" : html;
    if (answer.ok) { show(html); } else { form.querySelectorAll("button").forEach((button) => { button.disabled = false; }); }
  }, true);

  // A browser gives up for good when the answer is no stream, as while the database is away.
  const shortest = 5000, longest = 60000;
  let source = null, pause = shortest;

  function follow() {
    source = new EventSource(panel.dataset.events);
    source.addEventListener("desk", (event) => { pause = shortest; show(event.data); });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) { return; }
      setTimeout(follow, pause);
      pause = Math.min(pause * 2, longest);
    });
  }

  window.addEventListener("pagehide", () => source.close());
  follow();
  setInterval(tick, 1000);
  tick();
})();
