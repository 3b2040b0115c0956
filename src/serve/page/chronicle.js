// The chronicle as a time line: a lane for each sort of deed, a button for each deed, which is moved by mouse, by finger
// and by the arrow keys; and the form of the one that is chosen.

import { h, said, tickOf, words } from "./base.js";
import { inline } from "./overlay.js";

const LANES = ["Prices and what else happens", "Concessions and talks", "Words and claims", "Network, media, borders", "Police and law", "Troops moved"];

export class Chronicle {
  /** `changed` is called after each change, `from` is the first tick in which something can be moved. */
  constructor(room, overlay, changed, from = 0) {
    Object.assign(this, { room, overlay, changed, from, chosen: null, problems: [] });
    this.line = h("div", { className: "chronicle" });
    this.table = h("div", { className: "frame tall", tabIndex: 0, role: "group", ariaLabel: "All that is done, as a table" });
    this.form = h("div", { className: "form" });
    this.element = h("div", {}, this.tools(), h("div", { className: "frame", role: "group", ariaLabel: "What is done, as a time line" }, this.line),
      h("p", { className: "small" }, "Drag a mark to another hour, or move it with the arrow keys (with Shift a day). Enter opens it, Delete switches it off and on. A ring: changed. Crossed: off. A plus: added."),
      this.form, h("details", {}, h("summary", {}, "All that is done, as a table"), this.table));
    this.draw();
  }

  tools() {
    const kinds = h("select", { id: "kinds" }, this.room.shelf.kinds.map((kind) => h("option", { value: kind.name, title: kind.meaning }, kind.name.replaceAll("_", " "))));
    const add = () => {
      const tick = Math.max(this.from, Math.floor(this.room.times.length / 3));
      const id = this.overlay.add(kinds.value, this.room.times[tick] + ":00");
      this.choose("action", id);
      this.changed();
    };
    if (!this.room.shelf.kinds.length) return h("p", { className: "small" }, "This model has no actions; change its scenario as text.");
    return h("div", { className: "tools" }, h("label", {}, "Add from the shelf: ", kinds), h("button", { type: "button", id: "add", onclick: add }, "Add"), this.from ? null : this.presets());
  }

  presets() {
    if (!this.room.presets.length) return null;
    const option = (preset) => h("option", { value: preset.file }, preset.title.replace(/^.*?: /, ""));
    const group = (label, which) => h("optgroup", { label }, this.room.presets.filter((preset) => preset.what_if === which).map(option));
    const own = this.overlay.extended().filter((file) => file !== this.room.file)[0] ?? this.room.file;
    const select = h("select", { id: "presets" }, h("option", { value: this.room.file }, "as the scenario is written"), group("What if", true), group("Rival explanations", false));
    select.value = own;
    select.addEventListener("change", () => {
      this.overlay.extend([select.value]);
      this.changed();
    });
    return h("label", {}, "Begin with: ", select);
  }

  /** The tick at which a deed stands: its time, or when it happened in the first world. */
  tick(entry) {
    const when = entry.values.when;
    return when?.$time ? tickOf(this.room, when.$time) : this.room.happened[entry.id];
  }

  label(entry) {
    const title = entry.values.title ?? entry.values.kind?.replaceAll("_", " ") ?? entry.id;
    const when = entry.values.when;
    const time = when?.$time ? said(when.$time) : "when something else happens";
    return `${title}, ${time}${entry.off ? ", switched off" : ""}${entry.added ? ", added" : entry.changed && !entry.off ? ", changed" : ""}`;
  }

  lane(entry) {
    const own = this.room.shelf.kinds.find((kind) => kind.name === entry.values.kind);
    return own?.sort ?? this.room.sorts[entry.id] ?? 0;
  }

  /** Draw all of it anew; the one that has the focus keeps it. */
  draw() {
    // What is held is not taken out of the hand; it is drawn when it is let go.
    if (this.held) return;
    const focused = document.activeElement?.dataset?.deed;
    const ticks = this.room.times.length, all = this.overlay.all();
    this.line.replaceChildren();
    this.line.style.minWidth = Math.min(ticks * 3, 1800) + "px";
    let top = 0;
    const hours = 60 / (this.room.tick_minutes || 60);
    for (let lane = 0; lane < LANES.length; lane++) {
      const own = all.filter((entry) => this.lane(entry) === lane && this.tick(entry) !== undefined).sort((a, b) => this.tick(a) - this.tick(b));
      if (!own.length) continue;
      const rows = [];
      this.line.append(at(h("span", { className: "lane" }, LANES[lane]), 0, top));
      top += 20;
      for (const entry of own) {
        const tick = this.tick(entry);
        let row = rows.findIndex((last) => last + 8 * hours <= tick);
        if (row < 0) row = rows.push(0) - 1;
        rows[row] = tick;
        this.line.append(at(this.mark(entry), (100 * tick) / ticks, top + row * 26));
      }
      top += rows.length * 26 + 6;
    }
    this.room.times.forEach((time, tick) => {
      if (time.endsWith("T00:00")) this.line.append(at(h("span", { className: "day" }, said(time).split(" ").slice(0, 2).join(" ")), (100 * tick) / ticks, top));
    });
    if (this.from) this.line.append(at(h("span", { className: "now" }), (100 * this.from) / ticks, 0));
    this.line.style.height = top + 22 + "px";
    this.list(all);
    this.fill();
    if (focused) this.line.querySelector(`[data-deed="${CSS.escape(focused)}"]`)?.focus();
  }

  movable(entry) {
    return Boolean(entry.values.when?.$time) && this.tick(entry) >= this.from;
  }

  mark(entry) {
    const state = [entry.off && "off", entry.added && "added", entry.changed && "changed", !this.movable(entry) && "still", this.wrong(entry).length && "wrong"].filter(Boolean).join(" ");
    const mark = h("button", { type: "button", className: `deed lane${this.lane(entry)} ${state}`, title: this.label(entry), ariaLabel: this.label(entry) });
    mark.dataset.deed = `${entry.section}.${entry.id}`;
    let begun = null;
    const tickAt = (event) => {
      const box = this.line.getBoundingClientRect();
      const tick = Math.round(((event.clientX - begun.grip - box.left) / box.width) * this.room.times.length);
      return Math.min(Math.max(tick, this.from), this.room.times.length - 1);
    };
    mark.addEventListener("pointerdown", (event) => {
      if (event.button || !this.movable(entry)) return;
      begun = { x: event.clientX, grip: event.clientX - mark.getBoundingClientRect().left, tick: this.tick(entry) };
      this.held = true;
      mark.setPointerCapture(event.pointerId);
    });
    mark.addEventListener("pointermove", (event) => {
      if (!begun) return;
      const tick = tickAt(event);
      mark.style.left = (100 * tick) / this.room.times.length + "%";
      mark.dataset.to = said(this.room.times[tick]);
    });
    mark.addEventListener("pointerup", (event) => {
      if (!begun) return;
      const tick = tickAt(event), moved = Math.abs(event.clientX - begun.x) > 3 && tick !== begun.tick;
      begun = null;
      this.held = false;
      delete mark.dataset.to;
      // Where it was not moved, a click follows, and draws.
      if (moved) this.move(entry, tick);
    });
    mark.addEventListener("pointercancel", () => { begun = null; this.held = false; this.draw(); });
    mark.addEventListener("click", () => this.choose(entry.section, entry.id));
    mark.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const now = this.overlay.merged(entry.section, entry.id);
      if (step && this.movable(now)) {
        event.preventDefault();
        const far = event.shiftKey ? Math.round(1440 / (this.room.tick_minutes || 60)) : 1;
        const tick = Math.min(Math.max(this.tick(now) + step * far, this.from), this.room.times.length - 1);
        this.move(now, tick);
      } else if (event.key === "Delete") {
        event.preventDefault();
        this.overlay.switch(entry.section, entry.id, now.off);
        this.changed();
      }
    });
    return mark;
  }

  move(entry, tick) {
    this.overlay.set(entry.section, entry.id, "when", { $time: this.room.times[tick] + ":00" });
    this.changed();
  }

  choose(section, id) {
    this.chosen = { section, id };
    this.filled = null;
    this.draw();
    this.form.querySelector("input,select,button")?.focus({ preventScroll: false });
  }

  /** What is wrong with an entry. */
  wrong(entry) {
    return this.problems.filter((problem) => problem.section === entry.section && problem.id === entry.id && !problem.warning);
  }

  /** Show what is wrong, below the fields that it is about; and what lies below, if that is another now. */
  judge(problems, base) {
    this.problems = problems;
    const other = base ?? this.room;
    if (JSON.stringify(other.action) !== JSON.stringify(this.overlay.base.action)) this.filled = null;
    this.overlay.base = other;
    this.draw();
  }

  list(all) {
    const row = (entry) => {
      const on = h("input", { type: "checkbox", checked: !entry.off, ariaLabel: `${entry.values.title ?? entry.id}: happens` });
      on.addEventListener("change", () => { this.overlay.switch(entry.section, entry.id, on.checked); this.changed(); });
      const when = entry.values.when;
      return h("tr", {}, h("td", {}, on), h("td", {}, when?.$time ? said(when.$time) : inline(when)),
        h("th", { scope: "row" }, h("button", { type: "button", className: "link", onclick: () => this.choose(entry.section, entry.id) }, entry.values.title ?? entry.id)),
        h("td", {}, entry.values.by ?? ""), h("td", {}, entry.added ? "added" : entry.changed ? "changed" : ""));
    };
    const head = ["Happens", "When", "What", "Who", ""].map((name) => h("th", { scope: "col" }, name));
    const order = all.slice().sort((a, b) => (this.tick(a) ?? 1e9) - (this.tick(b) ?? 1e9));
    this.table.replaceChildren(h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, order.map(row))));
  }

  /** The form of the chosen entry. What is being typed in is left alone. */
  fill() {
    if (!this.chosen) return this.form.replaceChildren();
    const { section, id } = this.chosen;
    const entry = this.overlay.merged(section, id);
    if (!entry.base && !entry.own) {
      this.chosen = null;
      return this.form.replaceChildren();
    }
    const kind = this.room.shelf.kinds.find((kind) => kind.name === entry.values.kind);
    if (this.filled !== `${section}.${id}.${kind?.name}`) {
      this.filled = `${section}.${id}.${kind?.name}`;
      this.build(entry, kind);
    }
    const wrong = this.wrong(entry);
    const known = new Set();
    for (const slot of this.form.querySelectorAll("[data-key]")) {
      const key = slot.dataset.key, own = wrong.filter((problem) => problem.key === key);
      known.add(key);
      show(slot, own);
      slot.parentElement.querySelector("input,select,textarea")?.setAttribute("aria-invalid", own.length > 0);
    }
    const rest = wrong.filter((problem) => !known.has(problem.key));
    show(this.form.querySelector(".rest"), rest);
    const input = this.form.querySelector("[name=when]");
    const when = entry.values.when;
    if (input && document.activeElement !== input && when?.$time) input.value = when.$time.slice(0, 16);
    const on = this.form.querySelector("[name=on]");
    if (on) on.checked = !entry.off;
  }

  build(entry, kind) {
    const { section, id } = entry;
    const set = (key, value) => { this.overlay.set(section, id, key, value); this.changed(); };
    const fields = this.room.shelf.fields;
    const field = (key) => fields.find((field) => field.key === key);
    const first = ["title", "when", "credibility", "duration", "lag", "hours"].map(field).filter(Boolean);
    const own = (kind?.own ?? []).map((lever) => ({ ...lever, form: "number", expected: `a number, ${lever.low} to ${lever.high} (${lever.unit})`, default: "by kind" }));
    const rest = fields.filter((one) => !["id", "never", "kind", "regions", "source", "option", "cost", "cooldown"].includes(one.key) && !first.includes(one));
    const title = entry.values.title ?? id;
    const on = h("input", { type: "checkbox", name: "on", checked: !entry.off, onchange: () => { this.overlay.switch(section, id, on.checked); this.changed(); } });
    const undo = () => { this.overlay.restore(section, id); this.filled = null; this.changed(); };
    this.form.replaceChildren(
      h("fieldset", {}, h("legend", {}, title),
        h("p", { className: "small" }, kind ? `${kind.name.replaceAll("_", " ")}: ${kind.meaning}` : "", entry.values.source ? ` Known from: ${entry.values.source}.` : ""),
        h("p", {}, h("label", {}, on, " it happens"), " ", h("button", { type: "button", onclick: undo }, entry.added ? "Take it away" : "As the scenario has it")),
        h("p", { className: "rest wrong" }),
        h("div", { className: "fields" }, own.map((one) => this.input(entry, one, set)), first.map((one) => this.input(entry, one, set))),
        this.regions(entry, set),
        h("details", {}, h("summary", {}, "More"), h("div", { className: "fields" }, rest.map((one) => this.input(entry, one, set)))),
      ));
  }

  input(entry, field, set) {
    const value = entry.values[field.key], name = field.key;
    const id = `field-${name}`, about = `${id}-about`, wrong = `${id}-wrong`;
    const common = { id, name, "aria-describedby": `${wrong} ${about}` };
    let input;
    const plain = (text) => (text.trim() === "" ? undefined : text);
    if (field.form === "when" && (value === undefined || value.$time)) {
      input = h("input", { ...common, type: "datetime-local", step: 60, value: value?.$time?.slice(0, 16) ?? "" });
      input.addEventListener("change", () => set(name, input.value ? { $time: input.value.slice(0, 16) + ":00" } : undefined));
    } else if (field.form === "choice" && name !== "kind") {
      input = h("select", common, h("option", { value: "" }, `(${field.default})`), field.choices.map((word) => h("option", { value: word }, word)));
      input.value = value ?? "";
      input.addEventListener("change", () => set(name, plain(input.value)));
    } else if (field.form === "number") {
      input = h("input", { ...common, type: "text", inputMode: "decimal", value: value ?? "", placeholder: field.default });
      input.addEventListener("change", () => {
        const text = plain(input.value);
        set(name, text === undefined ? undefined : Number.isFinite(Number(text)) ? Number(text) : text);
      });
    } else if (field.form === "text") {
      input = h("input", { ...common, type: "text", value: value ?? "", placeholder: field.default });
      input.addEventListener("change", () => set(name, plain(input.value)));
    } else {
      input = h("input", { ...common, type: "text", value: value === undefined ? "" : inline(value), placeholder: field.default, className: "code" });
      input.addEventListener("change", () => set(name, plain(input.value) && { $raw: input.value.trim() }));
    }
    const slot = h("span", { className: "wrong", id: wrong });
    slot.dataset.key = name;
    const range = field.low === null || field.low === undefined ? field.unit : `${field.low} to ${field.high} ${field.unit}`;
    return h("div", { className: "field" }, h("label", { htmlFor: id }, name.replaceAll("_", " ")), input, slot, h("span", { className: "small", id: about }, range ? `${range}. ` : "", field.meaning));
  }

  regions(entry, set) {
    if (!this.room.regions.length) return null;
    const own = entry.values.regions;
    const boxes = this.room.regions.map((region) => h("input", { type: "checkbox", value: region.id, checked: !Array.isArray(own) || own.includes(region.id) }));
    const change = () => {
      const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
      set("regions", chosen.length === boxes.length ? undefined : chosen);
    };
    const slot = h("p", { className: "wrong" });
    slot.dataset.key = "regions";
    return h("details", {}, h("summary", {}, "Where: ", Array.isArray(own) ? `${own.length} of ${boxes.length} regions` : "everywhere"),
      h("fieldset", { onchange: change }, h("legend", {}, "Regions"), boxes.map((box, number) => h("label", {}, box, " ", this.room.regions[number].name, " "))), slot);
  }
}

function show(slot, problems) {
  if (slot) slot.replaceChildren(...problems.map((problem) => h("span", {}, words(problem))));
}

function at(element, percent, top) {
  element.style.left = percent + "%";
  element.style.top = top + "px";
  return element;
}
