// The page: which branch is open, what is saved of it, and what is shown of what comes of it.

import { api, download, follow, save } from "./api.js";
import { h, say, trying, words } from "./base.js";
import { Chronicle } from "./chronicle.js";
import { classroom } from "./class.js";
import { Editor } from "./editor.js";
import { Overlay } from "./overlay.js";
import { playing, start } from "./play.js";

const main = document.getElementById("main"), views = document.getElementById("views");
let room, leave = new AbortController();

const fragment = () => new URLSearchParams(location.hash.slice(1));
const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const decode = (text) => new TextDecoder().decode(Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0)));

async function show() {
  leave.abort();
  leave = new AbortController();
  say("");
  main.replaceChildren(h("p", { className: "small" }, "Loading …"));
  await trying(async () => {
    room ??= await api("GET", "room");
    document.getElementById("title").textContent = room.pupil ? `${room.title} · ${room.pupil}` : room.title;
    const asked = fragment();
    if (asked.get("overlay")) return brought(asked);
    const branches = await api("GET", "branches");
    const id = asked.get("b") ?? branches[0]?.id;
    bar(branches, asked, id);
    if (asked.has("scenario")) return scenario();
    if (asked.has("class")) return main.replaceChildren(...(await classroom(leave.signal)));
    if (!id) return welcome();
    await branch(id, asked);
  });
}

function bar(branches, asked, id) {
  const select = h("select", { ariaLabel: "Your branches", id: "branches", onchange: () => (location.hash = "b=" + select.value) },
    branches.map((one) => h("option", { value: one.id }, one.name)));
  if (id) select.value = id;
  const link = (hash, text, on) => h("a", { href: "#" + hash, "aria-current": on ? "page" : null }, text);
  views.replaceChildren(
    branches.length ? h("label", {}, "Branch: ", select) : "",
    h("button", { type: "button", id: "new", onclick: () => begin("What if " + (branches.length + 1)) }, "New branch"),
    link("b=" + (id ?? ""), "What if", !asked.has("scenario") && !asked.has("class")),
    link("scenario=1", "Scenario as text", asked.has("scenario")),
    room.classroom && !room.pupil ? link("class=1", "The class", asked.has("class")) : "");
}

async function begin(name, text) {
  await trying(async () => {
    const made = await api("POST", "branches", { name, text });
    location.hash = "b=" + made.id;
  });
}

function welcome() {
  main.replaceChildren(h("h1", {}, "What if something had been done otherwise?"),
    h("p", { className: "lead" }, "Below the curve stands what governments and others did, and when. Move one of it, switch it off, make it stronger, or add something; then see what comes of it, beside what came of it as it was, with the same people and the same luck until the first change."),
    h("p", {}, h("button", { type: "button", className: "main", onclick: () => begin("What if 1") }, "Begin")));
}

/** A link that holds an overlay: it becomes a branch when its reader says so. */
function brought(asked) {
  let text, name;
  try {
    [text, name] = [decode(asked.get("overlay")), asked.get("name") ?? "From a link"];
  } catch {
    location.hash = "";
    return say("This link is not whole; ask for it again.", true);
  }
  views.replaceChildren();
  main.replaceChildren(h("h1", {}, "A link brought a what-if"), h("p", {}, name), h("pre", { className: "frame" }, text),
    h("p", {}, h("button", { type: "button", className: "main", id: "take", onclick: () => begin(name, text) }, "Open it as a branch of mine"), " ",
      h("button", { type: "button", onclick: () => (location.hash = "") }, "Leave it")));
}

/** A branch: its chronicle, what is wrong in it, and what comes of it. */
async function branch(id, asked) {
  let now = await api("GET", "branches/" + id);
  if (now.played && !now.played.over) return playing(main, room, now, leave.signal, show);
  const overlay = new Overlay(now.document, room, now.base);
  const wrong = h("div", { id: "wrong", className: "wrong", role: "status" });
  const text = asked.has("text");
  let timer, saving = Promise.resolve(), stale = false;

  const judge = (told) => {
    const problems = told.problems ?? [];
    const rest = problems.filter((problem) => !problem.section);
    wrong.replaceChildren(...(text ? [] : rest).map((problem) => h("p", { className: problem.warning ? "warning" : "" }, words(problem))));
    if (text) editor.judge(problems);
    else chronicle.judge(problems, told.base);
    run.disabled = problems.some((problem) => !problem.warning);
    now.version = told.version ?? now.version;
  };
  const keep = (body) => {
    saving = saving.then(() => trying(async () => {
      const told = await api("PUT", "branches/" + id, { version: now.version, ...body() });
      judge(told);
      now.text = told.text;
      say("Saved.");
    }));
    return saving;
  };
  const changed = () => {
    chronicle.draw();
    stale = true;
    aged();
    clearTimeout(timer);
    timer = setTimeout(() => keep(() => ({ document: overlay.document })), 200);
  };
  const chronicle = text ? null : new Chronicle(room, overlay, changed);
  const editor = text ? new Editor(now.text, (written) => {
    stale = true;
    aged();
    clearTimeout(timer);
    timer = setTimeout(() => keep(() => ({ text: written })), 300);
  }) : null;

  const name = h("input", { id: "name", value: now.name, maxLength: 80, ariaLabel: "Name of this branch" });
  name.addEventListener("change", () => keep(() => ({ name: name.value })).then(() => {
    const option = document.querySelector(`#branches option[value="${id}"]`);
    if (option) option.textContent = name.value;
  }));
  // One world at once; of the others, the first twenty of every branch come before more of any.
  const go = () => trying(async () => {
    clearTimeout(timer);
    if (stale && !text) await keep(() => ({ document: overlay.document }));
    await saving;
    stale = false;
    aged();
    await api("POST", `branches/${id}/run`, { worlds: 200 });
  });
  const run = h("button", { type: "button", className: "main", id: "run", onclick: () => go() }, "See what comes of it");
  const halt = h("button", { type: "button", id: "stop", hidden: true, onclick: () => trying(() => api("POST", `branches/${id}/stop`)) }, "Stop");
  const state = h("p", { id: "state", className: "small" }), bar = h("progress", { id: "progress", max: 1, value: 0, hidden: true, ariaLabel: "How far it is" });
  const picture = h("div", { id: "picture", className: "frame", tabIndex: 0, role: "group", ariaLabel: "The first world" }), told = h("div", { id: "told" });
  const old = h("p", { id: "old", className: "warning", hidden: true }, "Something was changed since; what stands below is of before.");
  const aged = () => { old.hidden = !(stale && (told.childElementCount || picture.childElementCount)); };

  const actions = h("div", { className: "tools" }, run, halt);
  const exports = h("div", { className: "tools" },
    h("button", { type: "button", id: "overlay", onclick: () => trying(() => download(`branches/${id}/overlay`, now.arm + ".toml")) }, "Save as overlay"),
    h("button", { type: "button", id: "link", onclick: () => link(now) }, "Link that holds it"),
    h("button", { type: "button", id: "results", onclick: () => trying(() => api("POST", `branches/${id}/results`, { worlds: 20 })) }, "Results and report of 20 worlds"),
    h("button", { type: "button", id: "delete", onclick: () => remove(id, now.name) }, "Delete this branch"));
  const files = h("div", { id: "files" });
  main.replaceChildren(
    h("div", { className: "tools" }, h("label", {}, "This branch: ", name), h("a", { href: `#b=${id}${text ? "" : "&text=1"}` }, text ? "as a time line" : "as text")),
    text ? editor.element : chronicle.element, wrong, actions, state, bar, old, picture, told,
    h("details", {}, h("summary", {}, "Keep it, hand it on"), exports, h("p", { className: "small" }, "The overlay lies beside ", h("code", {}, room.file), "; then ",
      h("code", {}, `qantar compare ${room.path} --against ${now.arm}.toml --replicates 20`), " gives the same numbers."), files),
    now.played ? "" : start(room, now, show));
  judge(now);
  if (chronicle) trying(() => dated(chronicle, leave.signal));
  await listed(id, files);

  let worlds = -1, phase = "", asking = false, more = false;
  // What comes while something is asked is asked for once more, so that the last is never missed.
  const look = async () => {
    more = asking;
    if (asking) return;
    asking = true;
    try {
      do {
        more = false;
        const answer = await api("GET", `branches/${id}/told`);
        if (answer.worlds) told.innerHTML = answer.html; // made and escaped by the server, as a report is
        aged();
      } while (more && !leave.signal.aborted);
    } finally {
      asking = false;
    }
  };
  follow(`branches/${id}/events`, leave.signal, (event) => {
    const done = { idle: event.worlds ? `${event.worlds} ${event.worlds === 1 ? "world is" : "worlds are"} known.` : "", waiting: event.before ? `Waiting; ${event.before} come first.` : "It is about to begin.",
      running: `The first world is running: ${room.times[Math.min(event.tick, room.times.length - 1)].replace("T", " ")}.`,
      worlds: `${event.worlds} of ${event.wanted} worlds are known; the rest is run in the background.`, exporting: "Results are being made.", failed: event.error }[event.phase] ?? "";
    if (state.textContent !== done) state.textContent = done;
    state.className = event.phase === "failed" ? "wrong" : "small";
    halt.hidden = !["waiting", "running", "worlds", "exporting"].includes(event.phase);
    bar.hidden = halt.hidden;
    bar.value = event.phase === "running" ? event.tick / room.times.length : event.wanted ? event.worlds / event.wanted : 0;
    if (event.picture !== undefined && event.worlds < 2) picture.innerHTML = event.picture;
    if (event.worlds >= 2) picture.replaceChildren();
    aged();
    const step = event.worlds < 20 ? 1 : event.phase === "idle" ? 1 : 10;
    if (event.worlds && (event.worlds - worlds >= step || event.worlds < worlds || (phase !== event.phase && event.worlds !== worlds))) {
      worlds = event.worlds;
      trying(look);
    } else if (!event.worlds && worlds > 0) {
      worlds = 0;
      told.replaceChildren();
      aged();
    }
    if (phase && phase !== event.phase) {
      if (event.phase === "idle" && event.worlds) say(`Done: ${event.worlds} worlds.`);
      if (phase === "exporting") trying(() => listed(id, files));
    }
    phase = event.phase;
  });
}

/** What waits for something has no time until the scenario itself has been run once, which takes the room a moment. */
async function dated(chronicle, signal) {
  while (!room.known && !signal.aborted) {
    await new Promise((done) => setTimeout(done, 500));
    const { known, happened } = await api("GET", "room");
    Object.assign(room, { known, happened });
    if (known && !signal.aborted) chronicle.draw();
  }
}

async function listed(id, files) {
  const told = await api("GET", `branches/${id}/results`);
  if (!told.files.length) return files.replaceChildren();
  const item = (name) => h("li", {}, h("button", { type: "button", className: "link", onclick: () => trying(() => download(`branches/${id}/results/${encodeURIComponent(name)}`, name)) }, name));
  const order = told.files.sort((a, b) => (b === "report.html") - (a === "report.html"));
  files.replaceChildren(h("p", { className: "small" }, "Results are in ", h("code", {}, told.folder), ". Save one:"), h("ul", {}, order.map(item)));
}

function link(now) {
  const url = `${location.origin}/#overlay=${encode(now.text)}&name=${encodeURIComponent(now.name)}`;
  history.replaceState(null, "", `#b=${now.id}`);
  const shown = h("input", { value: url, readOnly: true, ariaLabel: "Link that holds this branch", id: "shared" });
  document.getElementById("shared")?.parentElement.remove();
  document.getElementById("files").before(h("p", {}, shown, h("span", { className: "small" }, " It holds the whole overlay, and no word that lets anybody in: whoever has a room of this scenario open can add the part from # to its address.")));
  shown.select();
  navigator.clipboard?.writeText(url).then(() => say("The link is copied."), () => {});
}

async function remove(id, name) {
  if (!confirm(`Delete “${name}”? Its file stays in the folder of the room under another ending.`)) return;
  await trying(async () => {
    await api("DELETE", "branches/" + id);
    location.hash = "";
    show();
  });
}

/** The whole scenario as text: judged as it is typed, and saved as a file, never in place. */
async function scenario() {
  const whole = await api("GET", "scenario");
  const said = h("p", { className: "small", role: "status" });
  let timer;
  const judge = (text) => trying(async () => {
    const told = await api("POST", "check", { text, whole: true });
    editor.judge(told.problems ?? []);
    const wrong = (told.problems ?? []).filter((problem) => !problem.warning).length;
    said.textContent = wrong ? `${wrong} ${wrong === 1 ? "mistake" : "mistakes"}.` : `Nothing is wrong: ${told.outline}.`;
  });
  const editor = new Editor(whole.text, (text) => { clearTimeout(timer); timer = setTimeout(() => judge(text), 250); });
  main.replaceChildren(h("h1", {}, "The scenario as text"),
    h("p", { className: "lead" }, "Try any change; mistakes are shown where they stand. Nothing is changed on the disk: save it as a file of your own and run it with ", h("code", {}, "qantar serve FILE"), "."),
    editor.element, said, h("p", {}, h("button", { type: "button", className: "main", id: "save", onclick: () => save(editor.text, "my-" + whole.file) }, "Save as a file")));
  await judge(whole.text);
}

addEventListener("hashchange", show);
show();
