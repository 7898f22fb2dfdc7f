"use strict";
// The timeline of the report. Everything that was said is data: it reaches the page as text only, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const LEVELS = ["calm", "tense", "heated", "breaking"];
  const SHAPES = ["○", "◔", "◑", "●"];
  const box = document.getElementById("plot");
  const card = document.getElementById("moment");
  if (!data.rows.length || typeof uPlot === "undefined") return;
  document.documentElement.classList.add("js");
  document.getElementById("interactive").hidden = false;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const clock = (s) => {
    const t = Math.max(0, Math.floor(s)), h = Math.floor(t / 3600), m = Math.floor((t % 3600) / 60), r = t % 60;
    const two = (n) => String(n).padStart(2, "0");
    return h ? `${h}:${two(m)}:${two(r)}` : `${m}:${two(r)}`;
  };

  // one stepped series a level: a point lasts until the next, so each level also has the point where it ends
  const xs = [0, ...data.points.map((p) => p[0]), data.length];
  const series = LEVELS.map(() => xs.map(() => null));
  data.points.forEach((p, i) => { series[p[2]][i + 1] = p[1]; series[p[2]][i + 2] ??= p[1]; });
  const side = (k) => [0, ...data.points.map((p) => p[k]), null];

  let here = 0;
  const stepped = uPlot.paths.stepped({ align: 1 });
  const band = (name, n) => ({ label: name, paths: stepped, points: { show: false }, width: 1,
    stroke: () => colour(`--l${n}`), fill: () => colour(`--l${n}`) + "cc" });
  const line = (name, variable, dash) => ({ label: name, points: { show: false }, width: 1.5, dash,
    stroke: () => colour(variable) });
  const axis = { stroke: () => colour("--dim"), grid: { show: false }, ticks: { show: false }, font: "12px system-ui, sans-serif" };

  const paint = (u) => {
    const c = u.ctx, { left, top, width, height } = u.bbox, px = devicePixelRatio;
    c.save();
    c.beginPath(); c.rect(left, top, width, height + 30 * px); c.clip();
    for (const [a, b] of data.lost) {
      const x = u.valToPos(a, "x", true), w = u.valToPos(b, "x", true) - x;
      c.fillStyle = colour("--dim"); c.globalAlpha = 0.2; c.fillRect(x, top, w, height); c.globalAlpha = 1;
    }
    c.font = `${14 * px}px system-ui, sans-serif`; c.textAlign = "center"; c.fillStyle = colour("--accent");
    for (const s of data.signs) c.fillText(s[1], u.valToPos(s[0], "x", true), top + 14 * px);
    const x = u.valToPos(data.rows[here].t, "x", true);
    c.strokeStyle = colour("--accent"); c.lineWidth = 1.5 * px; c.setLineDash([]); c.beginPath(); c.moveTo(x, top); c.lineTo(x, top + height); c.stroke();
    c.restore();
  };

  const plot = new uPlot({
    width: box.clientWidth, height: 240, legend: { show: false },
    scales: { x: { time: false, range: (u, a, b) => [Math.max(0, a), Math.min(data.length, b)] }, y: { range: [0, 1.12] } },
    axes: [{ ...axis, values: (u, v) => v.map(clock) }, { ...axis, show: false }],
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false }, bind: { dblclick: () => () => whole() } },
    series: [{}, ...LEVELS.map(band), line("they", "--text", [6, 4]), line("you", "--text", [1, 4])],
    hooks: { draw: [paint] },
  }, [xs, ...series, side(4), side(3)], box);

  const element = (tag, text, name) => {
    const e = document.createElement(tag);
    e.textContent = text;
    if (name) e.className = name;
    return e;
  };
  const show = (row, scroll) => {
    here = Math.min(data.rows.length - 1, Math.max(0, row));
    const r = data.rows[here];
    card.replaceChildren(
      element("strong", `${SHAPES[r.level]} ${LEVELS[r.level]}`, `l${r.level}`), element("span", `  at ${clock(r.t)}`, "dim"));
    const said = element("p", `${r.who}: `);
    said.append(element("q", r.text));
    card.append(said);
    if (r.why) card.append(element("p", `level ${r.level} because ${r.why}`, "dim"));
    for (const s of r.suggested) card.append(element("p", `◆ ${s}`));
    box.setAttribute("aria-valuenow", String(here));
    box.setAttribute("aria-valuetext", `${clock(r.t)}, ${LEVELS[r.level]}, ${r.who}: ${r.text}`);
    document.querySelectorAll("ol.talk li.here").forEach((e) => e.classList.remove("here"));
    const entry = document.getElementById(r.id);
    if (entry) { entry.classList.add("here"); if (scroll) entry.scrollIntoView({ block: "center" }); }
    const { min, max } = plot.scales.x;
    if (min != null && (r.t < min || r.t > max)) range(r.t - (max - min) / 2, max - min); else plot.redraw(false);
  };
  const nearest = (t) => data.rows.reduce((best, r, i) => (Math.abs(r.t - t) < Math.abs(data.rows[best].t - t) ? i : best), 0);
  const range = (from, span) => {
    const width = Math.min(data.length, Math.max(Math.min(20, data.length), span));
    const begin = Math.min(Math.max(0, from), data.length - width);
    plot.setScale("x", { min: begin, max: begin + width });
  };
  const zoom = (factor) => { const { min, max } = plot.scales.x, s = (max - min) * factor; range(data.rows[here].t - s / 2, s); };
  const whole = () => range(0, data.length);
  const peak = (way) => {
    const ahead = data.peaks.filter((i) => (i - here) * way > 0);
    if (ahead.length) show(way > 0 ? Math.min(...ahead) : Math.max(...ahead));
  };

  let pressed = 0;
  plot.over.addEventListener("mousedown", (e) => { pressed = e.clientX; });
  plot.over.addEventListener("click", (e) => {
    if (Math.abs(e.clientX - pressed) < 4) show(nearest(plot.posToVal(e.clientX - plot.over.getBoundingClientRect().left, "x")));
  });
  box.setAttribute("aria-valuemin", "0");
  box.setAttribute("aria-valuemax", String(data.rows.length - 1));
  box.addEventListener("keydown", (e) => {
    const act = { ArrowRight: () => show(here + 1), ArrowLeft: () => show(here - 1), Home: () => show(0),
      End: () => show(data.rows.length - 1), ".": () => peak(1), ",": () => peak(-1), "+": () => zoom(0.5), "=": () => zoom(0.5),
      "-": () => zoom(2), 0: whole, Enter: () => show(here, true) }[e.key];
    if (act) { e.preventDefault(); act(); }
  });
  const buttons = { previous: () => peak(-1), next: () => peak(1), closer: () => zoom(0.5), wider: () => zoom(2), whole,
    read: () => show(here, true) };
  for (const [name, act] of Object.entries(buttons)) document.getElementById(name).addEventListener("click", act);
  document.querySelectorAll("[data-row]").forEach((e) => e.addEventListener("click", () => show(Number(e.dataset.row))));
  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: 240 })).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw(false));
  show(data.peaks.length ? data.peaks[0] : 0);
})();
