// The key "/" leads to the search box, from every page, unless the reader has switched it off on the search page.

const EDITABLE = "input, textarea, select, [contenteditable], [role=textbox]";

function isOff() {
  try {
    return localStorage.getItem("bs-search-key") === "off";
  } catch {
    return false; // Storage is blocked: nothing was ever switched off.
  }
}

document.addEventListener("keydown", event => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest?.(EDITABLE) || isOff()) return;
  const box = [...document.querySelectorAll("#bs-search-q, .bs-searchbox__input")].find(one => one.checkVisibility?.() ?? one.offsetParent);
  const form = document.querySelector(".bs-searchbox");
  if (!box && !form) return;
  event.preventDefault();
  if (box) {
    box.focus();
    box.select();
  } else {
    location.assign(form.action); // On a phone the header has no room for a box.
  }
});
