// Folds the box of problems when a reader has folded it and no problem is new, and tells screen readers of new ones.

{
  const box = document.getElementById("broadsheet-problems");
  const details = box.querySelector("details");
  const problems = box.dataset.problems.split(" ");

  // Storage can be switched off in the browser: then the box opens on each page.
  const read = key => {
    try { return (localStorage.getItem(key) ?? "").split(" "); } catch { return []; }
  };
  const write = (key, names) => {
    try { localStorage.setItem(key, names.join(" ")); } catch { /* As above. */ }
  };
  const isNewSince = key => {
    const known = new Set(read(key));
    return problems.some(problem => !known.has(problem));
  };

  details.open = isNewSince("broadsheet.folded");
  if (isNewSince("broadsheet.announced")) {
    // An alert is announced only if its text changes after the page is loaded.
    setTimeout(() => {
      box.querySelector("[role=alert]").textContent = box.querySelector("summary").textContent;
    }, 500);
  }
  write("broadsheet.announced", problems);
  details.addEventListener("toggle", () => write("broadsheet.folded", details.open ? [] : problems));
}
