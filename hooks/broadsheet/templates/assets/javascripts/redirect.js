// Leads from an old address to the new one, and keeps what stands behind the old one: `?query` and `#fragment`.

const target = new URL(document.currentScript.dataset.target, location);
target.search = location.search;
target.hash = location.hash;
location.replace(target);
