for (const map of document.querySelectorAll("[data-map]")) {
  const label = map.querySelector(".slider"), slider = label.querySelector("input"), now = map.querySelector(".now");
  const told = slider.dataset.told.split("|"), places = map.querySelectorAll("[data-h]");
  const show = () => {
    now.textContent = told[slider.value];
    slider.setAttribute("aria-valuetext", told[slider.value]);
    for (const place of places)
      for (const shape of place.querySelectorAll("path,circle")) shape.setAttribute("class", "v" + place.dataset.h[slider.value]);
  };
  slider.addEventListener("input", show);
  label.hidden = false;
  show();
}
for (const why of document.querySelectorAll("[data-why]")) {
  const bar = why.querySelector(".picks"), picks = bar.querySelectorAll("select"), cards = why.querySelectorAll(".place");
  const show = () => {
    const chosen = [...picks].map((pick) => pick.value);
    for (const card of cards) {
      card.hidden = !chosen.includes(card.id);
      card.style.order = chosen.indexOf(card.id);
    }
    for (const cell of why.querySelectorAll("[data-of]")) cell.hidden = !chosen.includes(cell.dataset.of);
  };
  const follow = () => {
    const card = [...cards].find((card) => "#" + card.id === decodeURIComponent(location.hash));
    if (!card) return;
    picks[0].value = card.id;
    show();
    card.scrollIntoView();
    card.focus();
  };
  for (const pick of picks) pick.addEventListener("change", show);
  addEventListener("hashchange", follow);
  bar.hidden = false;
  show();
  follow();
}
for (const all of document.querySelectorAll("[data-where]")) {
  const label = all.querySelector(".where"), pick = label.querySelector("select"), rows = all.querySelectorAll("[data-at]");
  pick.addEventListener("change", () => {
    for (const row of rows) row.hidden = pick.value !== "" && row.dataset.at !== pick.value;
  });
  label.hidden = false;
}
