// Opens a recording only after its purpose was given: until then there is no address to fetch.
"use strict";

(function () {
  const STEP_SECONDS = 5;
  const COLOURS = { consent: "#1f6f43", announcement: "#0f4c5c", pause: "#b07600", stop: "#a32020", digit: "#4a5c63", transfer: "#0f4c5c" };

  function clock(seconds) {
    const whole = Math.floor(seconds);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  function peaksOf(card) {
    const holder = card.querySelector("script[type='application/json']:not([data-marks])");
    return holder ? JSON.parse(holder.textContent) : [];
  }

  function marksOf(card) {
    const holder = card.querySelector("script[data-marks]");
    return holder ? JSON.parse(holder.textContent) : [];
  }

  function draw(card) {
    const peaks = peaksOf(card);
    const style = getComputedStyle(document.documentElement);
    const regions = WaveSurfer.Regions.create();
    const wave = WaveSurfer.create({
      plugins: [regions],
      container: card.querySelector("[data-waveform]"),
      peaks: peaks.length ? peaks : [[0, 0]],
      duration: Number(card.dataset.seconds),
      height: peaks.length > 1 ? 56 : 80,
      splitChannels: peaks.length > 1 ? [{}, {}] : undefined,
      normalize: true,
      interact: false,
      waveColor: style.getPropertyValue("--wave").trim() || "#8aa0b8",
      progressColor: style.getPropertyValue("--wave-played").trim() || "#0b5394",
      cspNonce: document.body.dataset.nonce,
    });
    wave.on("ready", () => {
      regions.clearRegions();
      marksOf(card).forEach((mark) => regions.addRegion({ start: mark.at, drag: false, resize: false, color: COLOURS[mark.kind] || "#4a5c63" }));
    });
    return wave;
  }

  function wire(card, wave) {
    const controls = card.querySelector("[data-controls]");
    const toggle = controls.querySelector("[data-act='toggle']");
    const time = controls.querySelector("[data-time]");
    const total = clock(Number(card.dataset.seconds));
    const step = (seconds) => wave.setTime(Math.max(0, wave.getCurrentTime() + seconds));
    const show = () => { time.textContent = `${clock(wave.getCurrentTime())} / ${total}`; };
    toggle.addEventListener("click", () => wave.playPause());
    controls.querySelector("[data-act='back']").addEventListener("click", () => step(-STEP_SECONDS));
    controls.querySelector("[data-act='on']").addEventListener("click", () => step(STEP_SECONDS));
    controls.querySelector("[data-act='speed']").addEventListener("change", (event) => {
      wave.setPlaybackRate(Number(event.target.value));
    });
    wave.on("play", () => { toggle.textContent = toggle.dataset.pause; });
    wave.on("pause", () => { toggle.textContent = toggle.dataset.play; });
    wave.on("timeupdate", show);
    document.addEventListener("keydown", (event) => {
      if (controls.hidden || event.target.closest("input, select, textarea, button, a")) { return; }
      const keys = { " ": () => wave.playPause(), ArrowLeft: () => step(-STEP_SECONDS), ArrowRight: () => step(STEP_SECONDS), j: () => step(-STEP_SECONDS), k: () => wave.playPause(), l: () => step(STEP_SECONDS) };
      if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
    });
    card.querySelectorAll("[data-goto]").forEach((mark) => {
      mark.addEventListener("click", () => { if (!controls.hidden) { wave.setTime(Number(mark.dataset.goto)); } });
    });
    show();
    return controls;
  }

  function player(card) {
    const form = card.querySelector("[data-purpose-form]");
    if (!form) { return; }
    const status = card.querySelector("[data-status]");
    const wave = draw(card);
    const controls = wire(card, wave);
    let end;
    const reopen = (sentence) => {
      clearTimeout(end);
      status.textContent = sentence;
      controls.hidden = true;
      form.hidden = false;
      wave.setOptions({ interact: false });
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      const playback = await answer.json().catch(() => ({}));
      if (!answer.ok) { reopen(playback.fact ? `${playback.fact} ${playback.mend}` : status.dataset.failed); return; }
      const peaks = peaksOf(card);
      await wave.load(playback.url, peaks.length ? peaks : undefined, Number(card.dataset.seconds));
      wave.setOptions({ interact: true });
      form.hidden = true;
      controls.hidden = false;
      status.textContent = status.dataset.open.replace("%s", playback.ends_at_words);
      clearTimeout(end);
      end = setTimeout(() => { wave.pause(); reopen(status.dataset.ended); }, playback.seconds * 1000);
      controls.querySelector("[data-act='toggle']").focus();
    });
    wave.on("error", () => reopen(status.dataset.failed));
  }

  document.querySelectorAll(".player").forEach(player);
})();
