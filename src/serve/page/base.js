// What all parts of the page use: elements, times as people say them, and a place for a word to the reader.

/** An element with properties and what is in it. */
export function h(tag, properties = {}, ...inner) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list" && name !== "form") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...inner.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A local time as people say it. */
export function said(time) {
  const [, month, day, clock] = time.match(/^\d+-(\d+)-(\d+)T(\d+:\d+)/) ?? [];
  return day ? `${Number(day)} ${MONTHS[Number(month) - 1]} ${clock}` : time;
}

/** The tick of a local time, at most the last; none before the first. */
export function tickOf(room, time) {
  const later = room.times.findIndex((other) => other > time.slice(0, 16));
  return later === 0 ? undefined : later < 0 ? room.times.length - 1 : later - 1;
}

/** What is wrong, in the words of the checker. */
export function words(problem) {
  return [problem.message, problem.label, ...problem.help].filter(Boolean).join("; ");
}

/** Say something to whoever reads, and to whoever listens. */
export function say(text, wrong = false) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.className = wrong ? "wrong" : "";
}

/** Do something that can be refused; the refusal is said. */
export async function trying(work) {
  try {
    return await work();
  } catch (error) {
    say(error.message, true);
  }
}
