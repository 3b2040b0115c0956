// An overlay as the page edits it: a document as the server has read it. The server lays it over the text, so that comments
// stay, and alone judges what is right or wrong.

const bare = (key) => (/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key));

/** A value in one line of TOML. */
export function inline(value) {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (value === null || value === undefined) return '""';
  if (typeof value === "object") {
    if ("$time" in value) return value.$time;
    if ("$raw" in value) return value.$raw;
    const pairs = Object.entries(value).map(([key, inner]) => `${bare(key)} = ${inline(inner)}`);
    return pairs.length ? `{ ${pairs.join(", ")} }` : "{}";
  }
  if (typeof value === "string") return JSON.stringify(value).replace(/\u007f/g, "\\u007F");
  return String(value);
}

/** What a page changes in a scenario. */
export class Overlay {
  /** `base` has the shocks and actions of what it extends; none where that is the scenario alone. */
  constructor(document, room, base) {
    Object.assign(this, { document, room, base: base ?? room });
  }

  /** All shocks and actions, as they are now: of the scenario, as changed, and added. */
  all() {
    const told = [];
    for (const section of ["shock", "action"]) {
      const own = this.document[section] ?? [];
      for (const base of this.base[section]) told.push(this.merged(section, base.id));
      for (const entry of own) if (!this.base[section].some((base) => base.id === entry.id)) told.push(this.merged(section, entry.id));
    }
    return told;
  }

  merged(section, id) {
    const base = this.base[section].find((entry) => entry.id === id);
    const own = (this.document[section] ?? []).find((entry) => entry.id === id);
    return {
      section,
      id,
      base,
      own,
      added: !base,
      changed: Boolean(base && own),
      off: Boolean(own?.never ?? base?.never) || own?.remove === true,
      values: { ...base, ...own },
    };
  }

  /** Set a key of an entry; nothing, or what the scenario has there anyway, takes the change back. */
  set(section, id, key, value) {
    const list = (this.document[section] ??= []);
    let own = list.find((entry) => entry.id === id);
    if (!own) list.push((own = { id }));
    const base = this.base[section].find((entry) => entry.id === id);
    if (value === undefined || (base && inline(base[key]) === inline(value))) delete own[key];
    else own[key] = value;
    if (base && Object.keys(own).length === 1) list.splice(list.indexOf(own), 1);
    if (!list.length) delete this.document[section];
  }

  /** Let an entry never happen, or happen again. */
  switch(section, id, on) {
    const list = this.document[section] ?? [];
    const own = list.find((entry) => entry.id === id);
    if (own?.remove) delete own.remove;
    this.set(section, id, "never", on ? undefined : true);
  }

  /** Take an entry that was added away, or all that was changed in one of the scenario. */
  restore(section, id) {
    const list = this.document[section] ?? [];
    this.document[section] = list.filter((entry) => entry.id !== id);
    if (!this.document[section].length) delete this.document[section];
  }

  /** Add an action of a kind at a time, with an id that is not taken. */
  add(kind, time) {
    const taken = new Set(this.all().map((entry) => entry.id));
    const stem = kind.replaceAll("_", "-");
    let id = stem;
    for (let number = 2; taken.has(id); number++) id = `${stem}-${number}`;
    (this.document.action ??= []).push({ id, kind, when: { $time: time } });
    return id;
  }

  /** Lay it over other files than before. */
  extend(files) {
    this.document.extends = files.length === 1 ? files[0] : files;
  }

  extended() {
    return [this.document.extends ?? this.room.file].flat();
  }
}
