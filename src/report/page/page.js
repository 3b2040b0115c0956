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
