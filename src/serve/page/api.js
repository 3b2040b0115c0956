// What the page asks of the server. The word that lets it in comes in the address, is kept for this server alone, and goes
// along with every request; so no other site can ask anything.

const KEY = "qantar-token";
const fragment = new URLSearchParams(location.hash.slice(1));
const pupil = location.pathname.match(/^\/p\/([a-z0-9]+)$/)?.[1];
if (fragment.get("token")) {
  localStorage.setItem(KEY, fragment.get("token"));
  fragment.delete("token");
  history.replaceState(null, "", location.pathname + (fragment.size ? "#" + fragment : ""));
}
const token = pupil ?? localStorage.getItem(KEY) ?? "";

async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch("/api/" + path, {
      method,
      headers: { "x-qantar-token": token, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("The server does not answer. Start qantar serve again; nothing is lost.");
  }
  return answer;
}

/** Ask, and give what is answered; a refusal is an error with its words. */
export async function api(method, path, body = method === "GET" ? undefined : {}) {
  const answer = await ask(method, path, body);
  const told = await answer.json();
  if (answer.ok) return told;
  throw Object.assign(new Error(told.error), { status: answer.status, problems: told.problems });
}

/** Follow what happens, until the signal stops it; a lost connection is taken up again. */
export async function follow(path, signal, seen) {
  while (!signal.aborted) {
    try {
      const answer = await fetch("/api/" + path, { headers: { "x-qantar-token": token }, signal });
      if (!answer.ok) return;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
        const events = text.split("\n\n");
        text = events.pop();
        for (const event of events) if (event.startsWith("data: ")) seen(JSON.parse(event.slice(6)));
      }
    } catch {
      if (signal.aborted) return;
    }
    await new Promise((done) => setTimeout(done, 1000));
  }
}

/** Save bytes as a file: the browser asks where, or puts it with the downloads. */
export function save(bytes, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Save what the server has at a path. */
export async function download(path, name) {
  const answer = await ask("GET", path);
  if (!answer.ok) throw new Error((await answer.json()).error);
  save(await answer.arrayBuffer(), name);
}
