// A text with its mistakes: underlined where they stand, told under their line and listed below; and what a word
// means, where the mouse rests on it or at F1.

import { api } from "./api.js";
import { h, words } from "./base.js";

export class Editor {
  constructor(text, changed) {
    this.problems = [];
    this.area = h("textarea", { spellcheck: false, value: text, wrap: "off", id: "text", ariaLabel: "The text; F1 explains the word at the cursor", "aria-describedby": "mistakes" });
    this.marks = h("div", { className: "marks", ariaHidden: "true" });
    this.list = h("ol", { id: "mistakes", className: "wrong" });
    this.meaning = h("pre", { id: "meaning", className: "meaning", hidden: true, role: "status" });
    this.ruler = h("span", { className: "ruler" }, "0".repeat(100));
    this.element = h("div", { className: "editor" }, h("div", { className: "paper" }, this.ruler, this.marks, this.area), this.list, this.meaning);
    this.area.addEventListener("input", () => { this.mark(); changed(this.area.value); });
    this.area.addEventListener("scroll", () => this.mark());
    this.area.addEventListener("keydown", (event) => {
      if (event.key === "F1") {
        event.preventDefault();
        this.explain(this.area.selectionStart);
      }
      if (event.key === "Escape") this.meaning.hidden = true;
    });
    let resting;
    this.area.addEventListener("mousemove", (event) => {
      clearTimeout(resting);
      resting = setTimeout(() => this.explain(this.under(event)), 400);
    });
    this.area.addEventListener("mouseleave", () => clearTimeout(resting));
  }

  get text() {
    return this.area.value;
  }

  size() {
    return { wide: this.ruler.getBoundingClientRect().width / 100 || 8, high: parseFloat(getComputedStyle(this.area).lineHeight) };
  }

  judge(problems) {
    this.problems = problems;
    const lines = this.text.split("\n");
    const item = (problem) => h("li", { className: problem.warning ? "warning" : "" },
      problem.line ? h("button", { type: "button", className: "link", onclick: () => this.go(problem, lines) }, `line ${problem.line}`) : problem.elsewhere ? "in another file" : "", " ", words(problem));
    this.list.replaceChildren(...problems.map(item));
    this.mark();
  }

  go(problem, lines) {
    const at = lines.slice(0, problem.line - 1).reduce((sum, line) => sum + line.length + 1, 0) + problem.column - 1;
    this.area.focus();
    this.area.setSelectionRange(at, at);
    this.area.scrollTop = Math.max(0, (problem.line - 4) * this.size().high);
    this.mark();
  }

  /** Put the marks where their places are now. */
  mark() {
    const { wide, high } = this.size(), lines = this.text.split("\n");
    const { scrollTop, scrollLeft } = this.area;
    const padding = 8;
    const told = new Map();
    this.marks.replaceChildren(...this.problems.filter((problem) => problem.line).flatMap((problem) => {
      const top = padding + (problem.line - 1) * high - scrollTop;
      if (top < -high || top > this.area.clientHeight) return [];
      const end = problem.end_line === problem.line ? problem.end_column : (lines[problem.line - 1]?.length ?? 0) + 1;
      const under = h("span", { className: problem.warning ? "under warning" : "under" });
      Object.assign(under.style, { left: padding + (problem.column - 1) * wide - scrollLeft + "px", top: top + high * 0.75 + "px", width: Math.max(end - problem.column, 1) * wide + "px" });
      // Lines stand so far apart that a line of small words fits between two of them.
      const words = problem.label || problem.message, before = told.get(problem.line);
      if (before) {
        before.textContent += "; " + words;
        return [under];
      }
      const said = h("span", { className: problem.warning ? "said warning" : "said" }, words);
      told.set(problem.line, said);
      Object.assign(said.style, { left: padding + (problem.column - 1) * wide - scrollLeft + "px", top: top + high * 0.86 + "px" });
      return [under, said];
    }));
  }

  /** The place in the text that is under the mouse. */
  under(event) {
    const { wide, high } = this.size(), box = this.area.getBoundingClientRect(), lines = this.text.split("\n");
    const line = Math.floor((event.clientY - box.top - 8 + this.area.scrollTop) / high);
    const column = Math.floor((event.clientX - box.left - 8 + this.area.scrollLeft) / wide);
    if (!(line in lines) || column < 0 || column >= lines[line].length) return -1;
    return lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + column;
  }

  /** Say what the word at a place means, by the table that it stands in. */
  async explain(at) {
    const letter = /[A-Za-z0-9_.-]/;
    let from = at, to = at;
    while (from > 0 && letter.test(this.text[from - 1])) from--;
    while (to < this.text.length && letter.test(this.text[to])) to++;
    const word = at < 0 ? "" : this.text.slice(from, to);
    if (!/^[A-Za-z]/.test(word)) return (this.meaning.hidden = true);
    const headers = [...this.text.slice(0, from).matchAll(/^\s*\[\[?\s*([\w.-]+)\s*\]\]?/gm)];
    const table = headers.at(-1)?.[1].replace(/^(action|shock|region|site|force)\..*/, "$1");
    for (const key of [table && `${table}.${word}`, word, `kind.${word}`, `lever.${word}`].filter(Boolean)) {
      const told = await api("GET", "explain?key=" + encodeURIComponent(key)).catch(() => ({}));
      if (told.text) {
        this.meaning.textContent = told.text;
        this.meaning.hidden = false;
        return;
      }
    }
    this.meaning.hidden = true;
  }
}
