// Decision mode: time stands still, a government sees what it could see, and decides. What comes of it is shown at the
// end. The server sees to it that no decision changes what is past.

import { api, follow } from "./api.js";
import { h, said, say, tickOf, trying, words } from "./base.js";
import { Chronicle } from "./chronicle.js";
import { Overlay } from "./overlay.js";

/** Where a branch begins to be played. */
export function start(room, now, again) {
  const usual = room.times.includes("2022-01-04T20:00") ? "2022-01-04T20:00" : room.times[Math.floor(room.times.length / 3)];
  if (!usual) return "";
  const at = h("input", { type: "datetime-local", id: "play-at", value: usual, min: room.times[1], max: room.times.at(-1) });
  const hours = h("input", { type: "number", id: "play-hours", min: 1, max: 72, value: 12 });
  const begin = () => trying(async () => {
    const tick = tickOf(room, at.value);
    if (!tick) return say("Choose a moment within the run.", true);
    await api("POST", `branches/${now.id}/play`, { version: now.version, tick, hours: Number(hours.value) });
    again();
  });
  return h("details", { id: "govern" }, h("summary", {}, "Govern it yourself, from a moment on"),
    h("p", { className: "lead" }, "Time stands still at that moment. You see what a government could see: late and in part. You decide, and time runs to the next decision. At the end you see what was your policy and what was luck. What stands in this branch until then stays."),
    h("div", { className: "tools" }, h("label", {}, "From ", at), h("label", {}, "decide every ", hours, " hours"), h("button", { type: "button", id: "play", onclick: begin }, "Let time stand still")));
}

/** A branch whose time stands still. */
export async function playing(main, room, now, signal, again) {
  const { tick } = now.played;
  const overlay = new Overlay(structuredClone(now.document), room, now.base);
  let view, timer;
  const wrong = h("div", { className: "wrong", role: "status" });
  const choose = h("div", {}), sight = h("div", { id: "sight" }, h("p", { className: "small" }, "Reports are coming in …"));
  const changed = () => {
    chronicle.draw();
    clearTimeout(timer);
    timer = setTimeout(() => trying(judge), 200);
  };
  const judge = async () => {
    const told = await api("POST", "check", { text: now.text, document: overlay.document });
    shown(told.problems ?? [], told.base);
  };
  const shown = (problems, base) => {
    chronicle.judge(problems, base);
    wrong.replaceChildren(...problems.filter((problem) => !problem.section).map((problem) => h("p", {}, words(problem))));
    next.disabled = problems.some((problem) => !problem.warning);
  };
  // Of what is to come nobody knows more than the next decision can see.
  const known = (entry) => entry.added || (entry.values.when?.$time && tickOf(room, entry.values.when.$time) < tick + now.played.step);
  overlay.all = ((all) => () => all().filter(known))(overlay.all.bind(overlay));
  const chronicle = new Chronicle(room, overlay, changed, tick);
  const next = h("button", { type: "button", className: "main", id: "decide", disabled: true, onclick: () => trying(async () => {
    next.disabled = true;
    try {
      await api("POST", `branches/${now.id}/decide`, { version: now.version, document: overlay.document });
    } catch (error) {
      next.disabled = false;
      if (error.problems) shown(error.problems, overlay.base);
      throw error;
    }
    again();
  }) }, "Let time run");
  const time = said(room.times[tick]);
  main.replaceChildren(h("p", { className: "kicker" }, now.name), h("h1", {}, `It is ${time}. What do you do?`), sight,
    h("section", { ariaLabel: "What you decide" }, h("h2", {}, "What you decide"), h("p", { className: "lead" }, "What the scenario does until the next decision stands here; let it happen, move it, or switch it off. Add what you want. What is past cannot be changed."), choose, chronicle.element, wrong, h("p", {}, next)));
  await trying(judge);
  next.disabled = true;

  const see = async () => {
    ({ view } = await api("GET", `branches/${now.id}/view`));
    if (!view) return;
    sight.replaceChildren(...reports(view));
    choose.replaceChildren(coming(view, overlay, changed));
    next.textContent = view.last ? "Let time run to the end" : `Let time run to ${view.until}`;
    next.disabled = false;
  };
  let done = false;
  follow(`branches/${now.id}/events`, signal, (event) => {
    if (event.phase === "failed") say(event.error, true);
    else if (event.view && !done) {
      done = true;
      trying(see);
    } else if (!event.view && event.phase === "waiting") sight.replaceChildren(h("p", { className: "small" }, `Reports are coming in … ${event.before} others come first.`));
    else if (!event.view && event.phase === "idle" && !done) trying(() => api("POST", `branches/${now.id}/look`));
  });
}

function reports(view) {
  if (!view.rows.length) return [h("p", {}, "This model has no regions that could report.")];
  const row = (one) => h("tr", {}, h("th", { scope: "row" }, one.region), h("td", {}, one.as_of ?? ""), h("td", {}, one.crowd), h("td", {}, one.violence ? "violence reported" : ""), h("td", {}, one.sites ?? ""), h("td", {}, one.dead ?? ""));
  const head = ["Region", "Report of", "People in the streets", "Violence", "Buildings lost", "Dead, as hospitals count"].map((name) => h("th", { scope: "col" }, name));
  return [h("h2", {}, "What has been reported"),
    h("p", { className: "lead" }, "Reports are three hours old, and nine where the network is cut. Crowds are estimates of officers on the spot, and hospitals need half a day. Nobody knows more."),
    h("div", { className: "frame", tabIndex: 0, role: "group", ariaLabel: "Reports" }, h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, view.rows.map(row)))),
    h("p", { className: "small" }, `In your own books: ${view.detained} people are detained, ${view.officers_killed} officers were killed.`)];
}

function coming(view, overlay, changed) {
  if (!view.deeds.length) return h("p", { className: "small" }, `Until ${view.until} the scenario does nothing of its own.`);
  const item = ({ id, time }) => {
    const entry = ["shock", "action"].map((section) => overlay.merged(section, id)).find((one) => one.base || one.own);
    if (!entry) return "";
    const on = h("input", { type: "checkbox", checked: !entry.off, value: id, onchange: () => { overlay.switch(entry.section, id, on.checked); changed(); } });
    return h("li", {}, h("label", {}, on, ` ${said(time)}: ${entry.values.title ?? id}`, h("span", { className: "small" }, ` (${entry.values.by ?? "government"})`)));
  };
  return h("ul", { className: "coming", id: "coming" }, view.deeds.map(item));
}
