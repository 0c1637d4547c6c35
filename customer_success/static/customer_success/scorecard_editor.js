// Shows a scorecard as cards while it is written, and what it would say. The field stays the JSON: cards are read from
// it and written to it. Without this file the JSON is edited as it is, and "Try it" fills the same preview.
document.addEventListener("DOMContentLoaded", () => {
  const field = document.getElementById("id_definition");
  const place = document.getElementById("scorecard-cards");
  if (!field || !place) return;

  const form = field.form;
  const { groups, kinds, priorities } = JSON.parse(document.getElementById("scorecard-vocabulary").textContent);
  const inputs = new Map(groups.flatMap((group) => group.metrics).map((one) => [one.name, one]));
  const LEVELS = [["POOR", "red"], ["FAIR", "orange"], ["GOOD", "teal"], ["EXCELLENT", "green"]];
  const WORDS = { LOW: "Low", MEDIUM: "Medium", HIGH: "High", CRITICAL: "Critical", SIGNIFICANT_DROP: "Drop of more than … points", BELOW_THRESHOLD: "Below threshold", RED_ZONE: "Red zone" };
  const json = document.getElementById("scorecard-json");
  const refusal = make("p", { className: "tn-error", role: "alert" });
  const toggle = make("button", { type: "button", className: "tn-small-button" });
  let card = null;

  // --- small parts
  const button = (text, does) => {
    const one = make("button", { type: "button", className: "tn-small-button" }, text);
    one.addEventListener("click", does);
    return one;
  };
  const remover = (what, list, index) => {
    const cross = button("×", () => {
      list.splice(index, 1);
      redraw();
    });
    cross.classList.add("tn-remove");
    cross.setAttribute("aria-label", `Remove ${what}`);
    return cross;
  };
  const scalar = (text) => {
    const bare = text.trim();
    if (bare === "") return null;
    return /^-?\d+(\.\d+)?$/.test(bare) ? Number(bare) : bare; // what is no number stays, and is told so
  };
  const entry = (label, value, write, more = {}) => {
    const input = make("input", { type: "text", className: "tn-input", value: value ?? "", "aria-label": label, autocomplete: "off", ...more });
    input.addEventListener("input", () => {
      write(input.value);
      changed();
    });
    return input;
  };
  const number = (label, value, write, more = {}) =>
    entry(label, value, (text) => write(scalar(text)), { inputMode: "decimal", size: 5, ...more });
  const select = (label, options, value, write) => {
    const one = make("select", { className: "tn-input", "aria-label": label },
      ...options.map(([code, name]) => make("option", { value: code, selected: code === value }, name)));
    one.addEventListener("change", () => write(one.value));
    return one;
  };
  const message = () => make("p", { className: "tn-row-message", role: "status" });
  const sumOf = (list) => Math.round(list.reduce((sum, one) => sum + (Number(one.weight) || 0), 0) * 100) / 100;
  const total = (list, what) => {
    const shown = make("span", { className: "tn-sum" });
    shown.update = () => {
      const sum = sumOf(list);
      shown.textContent = `${what} together ${sum}%${sum === 100 ? "" : ", it has to be 100%"}`;
      shown.classList.toggle("tn-error", sum !== 100);
    };
    return shown;
  };

  // --- scales
  const kindOf = (scale) => Object.keys(scale ?? {})[0] ?? "as_it_is";
  const startOf = (kind, known) => {
    if (kind === "words") return { words: Object.fromEntries((known?.choices ?? []).map((word, index, all) => [word, Math.round(100 * (1 - index / Math.max(all.length - 1, 1)))])) };
    return kind === "steps" ? { steps: [{ at_least: null, points: 0 }, { at_least: 50, points: 100 }] } : { as_it_is: true };
  };
  const scaleOf = (measure) => {
    const kind = kindOf(measure.scale);
    const rows = make("div", { className: "tn-scale" });
    if (kind === "steps" && Array.isArray(measure.scale.steps)) {
      measure.scale.steps.forEach((step, index, steps) => {
        const from = index === 0
          ? make("span", { className: "tn-subtle tn-scale-from" }, "below the next")
          : number("From", step.at_least, (value) => (step.at_least = value));
        const row = make("div", { className: "tn-scale-row" }, index ? make("span", { className: "tn-subtle" }, "from") : "", from,
          number("Points", step.points, (value) => (step.points = value)), make("span", { className: "tn-subtle" }, "points"));
        if (index) row.append(remover(`step ${index + 1}`, steps, index));
        rows.append(row);
      });
      rows.append(button("Add step", () => {
        const steps = measure.scale.steps;
        steps.push({ at_least: (Number(steps.at(-1)?.at_least) || 0) + 10, points: 100 });
        redraw();
      }));
    } else if (kind === "words" && measure.scale.words) {
      for (const word of Object.keys(measure.scale.words)) {
        rows.append(make("div", { className: "tn-scale-row" }, make("span", { className: "tn-scale-word" }, word),
          number(`Points of ${word}`, measure.scale.words[word], (value) => (measure.scale.words[word] = value)), make("span", { className: "tn-subtle" }, "points")));
      }
      if (!inputs.get(measure.input)?.choices?.length) {
        const word = make("input", { type: "text", className: "tn-input", size: 12, "aria-label": "Another word" });
        rows.append(make("div", { className: "tn-scale-row" }, word, button("Add word", () => {
          if (word.value.trim()) measure.scale.words[word.value.trim()] = 50;
          redraw();
        })));
      }
    } else rows.append(make("p", { className: "tn-subtle" }, "The value, 0 to 100, is the points."));
    return rows;
  };

  // --- cards
  const measureOf = (measure, index, list, path) => {
    const known = inputs.get(measure.input);
    const picker = metricPicker(groups, known?.label ?? measure.input ?? "", (chosen) => {
      if (measure.input === chosen.name) return;
      measure.input = chosen.name;
      if ((chosen.type === "text") !== (kindOf(measure.scale) === "words") || chosen.type === "text") {
        measure.scale = startOf(chosen.type === "text" ? "words" : "steps", chosen);
      }
      redraw();
    });
    const kinds_of = known?.type === "text" ? [["words", "By words"]] : [["steps", "By steps"], ["as_it_is", "As it is"]];
    const kind = select("Scale", kinds_of, kindOf(measure.scale), (value) => {
      measure.scale = startOf(value, known);
      redraw();
    });
    const told = known ? `${known.description}${known.unit ? ` In ${known.unit}.` : ""}` : "";
    const element = make("div", { className: "tn-measure" },
      make("div", { className: "tn-measure-head" }, picker.element,
        make("label", { className: "tn-weight" }, number("Weight in percent", measure.weight, (value) => (measure.weight = value)), "%"),
        remover(`input ${index + 1}`, list, index)),
      make("p", { className: "tn-subtle" }, told), kind, scaleOf(measure), message());
    element.dataset.path = path;
    element.dataset.metric = measure.input ?? "";
    return element;
  };
  const dimensionOf = (dimension, index) => {
    const measures = (dimension.measures ??= []);
    const path = `dimensions[${index}]`;
    const sum = total(measures, "Inputs");
    const element = make("section", { className: "tn-card tn-dimension-card", "aria-label": dimension.name || dimension.code || `Dimension ${index + 1}` },
      make("div", { className: "tn-measure-head" },
        entry("Name of the dimension", dimension.name, (text) => {
          dimension.name = text;
          if (!dimension.kept) dimension.code = codeOf(text) || dimension.code;
        }, { placeholder: "Name" }),
        make("label", { className: "tn-weight" }, number("Weight in percent", dimension.weight, (value) => (dimension.weight = value)), "%"),
        remover(`dimension ${index + 1}`, card.dimensions, index)),
      message(),
      ...measures.map((measure, place_of) => measureOf(measure, place_of, measures, `${path}.measures[${place_of}]`)),
      make("div", { className: "tn-buttons tn-ends" }, button("Add input", () => {
        measures.push({ input: "", weight: Math.max(100 - sumOf(measures), 0), scale: startOf("steps") });
        redraw();
      }), sum));
    element.dataset.path = path;
    element.dataset.code = dimension.code;
    return element;
  };
  const codeOf = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 40);
  const bandsOf = () => {
    const bands = (card.bands ??= {});
    const bar = make("div", { className: "tn-stacked tn-bands" });
    bar.update = () => {
      const known = LEVELS.filter(([code]) => typeof bands[code] === "number").sort(([a], [b]) => bands[a] - bands[b]);
      bar.replaceChildren(...known.map(([code, colour], index) => {
        const end = index + 1 < known.length ? bands[known[index + 1][0]] : 100;
        const part = make("span", { className: `tn-fill tn-${colour}`, title: `${code.toLowerCase()}: from ${bands[code]}` });
        part.style.width = `${Math.max(end - bands[code], 0)}%`;
        return part;
      }));
    };
    const fields = LEVELS.map(([code, colour]) => make("label", { className: "tn-band" }, make("span", { className: `tn-dot tn-${colour}` }),
      `${code[0]}${code.slice(1).toLowerCase()} from`, number(`${code.toLowerCase()} from`, bands[code], (value) => {
        if (value === null) delete bands[code];
        else bands[code] = value;
      })));
    const element = make("section", { className: "tn-card", "aria-label": "Levels" }, make("h2", { className: "tn-subhead" }, "Levels"), bar,
      make("div", { className: "tn-band-fields" }, ...fields), message());
    element.dataset.path = "bands";
    return element;
  };
  const alertOf = (alert, index, list) => {
    const bound = alert.kind === "SIGNIFICANT_DROP" ? "points" : "below";
    const escalated = make("input", { type: "checkbox", checked: Boolean(alert.is_escalated) });
    escalated.addEventListener("change", () => {
      alert.is_escalated = escalated.checked;
      changed();
    });
    const element = make("div", { className: "tn-measure" },
      make("div", { className: "tn-alert-row" },
        select("Kind", kinds.map((kind) => [kind, WORDS[kind]]), alert.kind, (kind) => {
          const was = alert.points ?? alert.below;
          delete alert.points;
          delete alert.below;
          Object.assign(alert, { kind, [kind === "SIGNIFICANT_DROP" ? "points" : "below"]: was });
          redraw();
        }),
        number(bound === "points" ? "Points" : "Below", alert[bound], (value) => (alert[bound] = value)),
        make("span", { className: "tn-subtle" }, "task within"), number("Hours", alert.due_hours, (value) => (alert.due_hours = value)), make("span", { className: "tn-subtle" }, "hours"),
        select("Priority", priorities.map((one) => [one, WORDS[one]]), alert.priority, (value) => {
          alert.priority = value;
          changed();
        }),
        make("label", { className: "tn-check" }, escalated, "to a lead"), remover(`alert ${index + 1}`, list, index)),
      message());
    element.dataset.path = `alerts[${index}]`;
    return element;
  };
  const alertsOf = () => {
    const alerts = (card.alerts ??= []);
    const element = make("section", { className: "tn-card", "aria-label": "Alerts" }, make("h2", { className: "tn-subhead" }, "Alerts"),
      ...alerts.map(alertOf), make("div", { className: "tn-buttons" }, button("Add alert", () => {
        alerts.push({ kind: "BELOW_THRESHOLD", below: 60, due_hours: 48, priority: "MEDIUM", is_escalated: false });
        redraw();
      })), message());
    element.dataset.path = "alerts";
    return element;
  };

  // --- cards or JSON
  const draw = () => {
    const dimensions = card.dimensions;
    const sum = total(dimensions, "Dimensions");
    const adding = make("div", { className: "tn-buttons tn-ends" }, button("Add dimension", () => {
      dimensions.push({ code: `dimension_${dimensions.length + 1}`, name: "", weight: Math.max(100 - sumOf(dimensions), 0), measures: [{ input: "", weight: 100, scale: startOf("steps") }] });
      redraw();
    }), sum);
    place.replaceChildren(refusal, ...dimensions.map(dimensionOf), adding, bandsOf(), alertsOf());
    update();
  };
  const update = () => place.querySelectorAll(".tn-sum, .tn-bands").forEach((one) => one.update());
  const redraw = () => {
    draw();
    changed();
  };
  const showCards = () => {
    try {
      card = JSON.parse(field.value);
      if (!Array.isArray(card?.dimensions) || card.dimensions.some((one) => typeof one !== "object" || one === null)) throw new Error("it has no dimensions");
      for (const one of card.dimensions) Object.defineProperty(one, "kept", { value: Boolean(one.code), enumerable: false });
      draw();
      refusal.textContent = "";
    } catch (error) {
      card = null;
      place.replaceChildren();
      refusal.textContent = `This cannot be shown as cards: ${error.message}.`;
      json.append(refusal);
    }
    setMode(card !== null);
  };
  const setMode = (isCards) => {
    json.hidden = isCards;
    place.hidden = !isCards;
    toggle.textContent = isCards ? "Edit as JSON" : "Edit as cards";
  };
  toggle.addEventListener("click", () => {
    if (card === null) return showCards();
    card = null;
    setMode(false);
  });

  // --- what it would say, and what is wrong, where it stands
  let waiting = 0;
  let asked = null;
  const changed = () => {
    if (card !== null) field.value = JSON.stringify(card, null, 1);
    update();
    soon();
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 600);
  };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const body = new FormData(form);
    body.set("try", "yes");
    const panel = document.getElementById("scorecard-preview");
    panel.classList.add("tn-busy");
    try {
      const reply = await fetch(window.location.href, { method: "POST", body, signal: asked.signal });
      const found = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("scorecard-preview");
      if (!found) throw new Error("not signed in");
      panel.replaceChildren(...found.childNodes);
      mark();
    } catch (error) {
      if (error.name === "AbortError") return;
      panel.replaceChildren(make("section", { className: "tn-card" }, make("p", { className: "tn-problems" }, "The preview cannot be reached right now; saving still checks the scorecard.")));
    }
    panel.classList.remove("tn-busy");
  };
  const mark = () => {
    const problems = JSON.parse(document.getElementById("scorecard-problems")?.textContent ?? "[]");
    const places = [...place.querySelectorAll("[data-path]")].sort((a, b) => b.dataset.path.length - a.dataset.path.length);
    const ownerOf = ({ path, message: said }) => {
      if (path) return places.find((one) => path.startsWith(one.dataset.path));
      return places.find((one) => one.dataset.metric && said.startsWith(`${one.dataset.metric}:`)) ?? places.find((one) => one.dataset.code && said.includes(`“${one.dataset.code}”`));
    };
    for (const one of places) {
      one.classList.remove("tn-wrong");
      one.querySelector(":scope > .tn-row-message").textContent = "";
    }
    for (const problem of problems) {
      const owner = ownerOf(problem);
      if (!owner) continue;
      owner.classList.add("tn-wrong");
      owner.querySelector(":scope > .tn-row-message").append(`${problem.message} `);
    }
    const ofWhom = problems.filter(({ path }) => path.startsWith("applies_to"));
    const detail = { places: ofWhom.map(({ path, message: said }) => ({ path: path.replace(/^applies_to\.?/, ""), message: said })) };
    form.dispatchEvent(new CustomEvent("rule-told", { detail }));
  };

  field.addEventListener("input", () => card === null && soon());
  for (const name of ["conditions", "customer"]) form.elements[name]?.addEventListener("input", soon);
  json.before(make("div", { className: "tn-label-row" }, make("h2", { className: "tn-subhead" }, "Dimensions"), toggle));
  showCards();
  mark();
});
