// Draws each figure with Plotly, in the colours of the page's theme, and again when the theme or the width changes.
"use strict";

(() => {
  const plots = [...document.querySelectorAll("[data-chart]")];

  function colourOf(name) {
    const probe = document.createElement("span");
    probe.className = `tn-${name}`;
    probe.style.color = "var(--fill)";
    probe.hidden = true;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return toRgb(colour);
  }

  // Plotly knows no oklch: the canvas says what a colour is in red, green and blue.
  function toRgb(colour, alpha = 1) {
    const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return `rgba(${red},${green},${blue},${alpha})`;
  }

  function variable(name) {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const colour = toRgb(getComputedStyle(probe).color);
    probe.remove();
    return colour;
  }

  function coloured(value) {
    if (Array.isArray(value)) return value.map(coloured);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coloured(one)]));
    }
    // Not the full blue, so that the page's ink can be read on all of it, in both themes.
    if (value === "tn:scale") return [[0, variable("--tn-track")], [1, coloured("tn:blue/0.7")]];
    if (value === "tn:ink") return variable("--tn-ink");
    if (typeof value === "string" && value.startsWith("tn:")) {
      const [name, alpha] = value.slice(3).split("/");
      const found = colourOf(name);
      return alpha ? found.replace(/,1\)$/, `,${alpha})`) : found;
    }
    return value;
  }

  function theme() {
    const line = variable("--tn-line");
    // Words that do not fit stand upright: aslant they are cut off at the edge.
    const axis = {
      gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true, autotickangles: [0, 90],
      title: { font: { size: 13 }, standoff: 8 },
    };
    return {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: variable("--tn-text") },
      margin: { l: 8, r: 8, t: 8, b: 8 },
      xaxis: structuredClone(axis), // Plotly writes into each what it finds out about its values
      yaxis: structuredClone(axis),
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", traceorder: "normal" }, // above: names below may stand
      hoverlabel: { bgcolor: variable("--tn-card"), font: { color: variable("--tn-ink") } },
    };
  }

  // Of few things each has its mark: there is no half a customer.
  function marks(data, axis) {
    const values = data.flatMap((trace) => (trace[axis] ?? []).flat());
    return values.length && values.every((one) => Number.isInteger(one) && Math.abs(one) < 6) ? { dtick: 1 } : {};
  }

  function merged(base, more) {
    const result = { ...base };
    for (const [key, value] of Object.entries(more)) {
      const both = value && typeof value === "object" && !Array.isArray(value) && typeof base[key] === "object";
      result[key] = both ? merged(base[key], value) : value;
    }
    return result;
  }

  function folded(name, most) {
    if (name.length <= most) return name;
    const end = name.slice(0, most).search(/[ :-][^ :-]*$/) + 1; // of the last word that fits whole
    const at = end > most / 2 ? end : most;
    const rest = name.slice(at).trim();
    return `${name.slice(0, at)}<br>${rest.length > most ? `${rest.slice(0, most - 1)}…` : rest}`;
  }

  // Names too long for the width stand in two lines; the table has them whole. They stay what bars are told apart by.
  function fitted(figure, width) {
    const beside = Math.max(12, Math.floor(width / 15)); // so many characters take half of the width
    const alone = Math.max(20, Math.floor(width / 9.5)); // and so many all of it, beside the mark of a legend
    const whole = (text) => typeof text === "string";
    for (const trace of figure.data) {
      if (whole(trace.name)) trace.name = folded(trace.name, alone);
      if (trace.node) trace.node.label = trace.node.label.map((name) => folded(name, beside));
      if (trace.orientation === "h" && trace.y.every(whole)) {
        const ticktext = trace.y.map((name) => folded(name, beside));
        figure.layout.yaxis = { ...figure.layout.yaxis, tickvals: trace.y, ticktext };
      }
    }
    return figure;
  }

  function draw() {
    for (const plot of plots) {
      const figure = fitted(JSON.parse(document.getElementById(plot.dataset.chart).textContent), plot.clientWidth);
      const counted = { xaxis: marks(figure.data, "x"), yaxis: marks(figure.data, "y") };
      window.Plotly.react(plot, coloured(figure.data), merged(merged(theme(), counted), coloured(figure.layout)), {
        displayModeBar: false,
        responsive: true,
      });
    }
  }

  if (plots.length) {
    draw();
    new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  }
})();
