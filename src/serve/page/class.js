// The teacher's page: links for pupils, and a wall of all branches.

import { api } from "./api.js";
import { h, trying } from "./base.js";

export async function classroom(signal) {
  const names = h("textarea", { id: "names", rows: 3, ariaLabel: "Names of pupils, one on each line", placeholder: "One name on each line" });
  const wall = h("div", { id: "wall" });
  const draw = ({ pupils, host }) => {
    const card = (branch) => h("li", {}, h("a", { href: "#b=" + branch.id }, branch.name), " ",
      h("span", { className: "small" }, !branch.right ? "something is wrong in it" : branch.played && !branch.played.over ? "time stands still" : branch.wanted > branch.worlds ? `${branch.worlds} of ${branch.wanted} worlds` : branch.worlds ? `${branch.worlds} worlds` : "not run yet"),
      branch.sentence ? h("p", { className: "sentence" }, branch.sentence) : "");
    const place = (name, link, branches) => h("article", { className: "pupil" }, h("h3", {}, name), link ? h("p", { className: "small" }, h("a", { href: link }, link)) : "", branches.length ? h("ul", {}, branches.map(card)) : h("p", { className: "small" }, "No branch yet."));
    wall.replaceChildren(...pupils.map((pupil) => place(pupil.name, `${location.origin}/p/${pupil.word}`, pupil.branches)), place("Your own", "", host));
  };
  const invite = () => trying(async () => {
    const list = names.value.split("\n").map((name) => name.trim()).filter(Boolean);
    if (list.length) draw(await api("POST", "pupils", { names: list }));
    names.value = "";
  });
  const look = async () => {
    if (!signal.aborted) draw(await api("GET", "wall"));
  };
  await look();
  const timer = setInterval(() => trying(look), 4000);
  signal.addEventListener("abort", () => clearInterval(timer));
  return [h("h1", {}, "The class"), h("p", { className: "lead" }, "Each pupil gets a link with a word of their own; it opens their branches and nobody else's. Read it out, or write it on the board."),
    h("div", { className: "tools" }, names, h("button", { type: "button", id: "invite", onclick: invite }, "Make links")), wall];
}
