// The page of results: what stands in its address is searched with Pagefind, which loads its index in small pieces.

import { makeSegmentation } from "./search-segmentation.js";

const BATCH = 10;
const PAUSE = 250;
// The word that every record has (see search_index.py).
const EVERY = "ꙮ";
const FILTERS = ["topic", "author", "year"];
const root = document.querySelector(".bs-search");
const part = name => root.querySelector(`[data-part=${name}]`);
const form = part("form");

// What the page says: for a number in the form that its language has for that, in an element of its own where it is in
// another language than the page.
function say(name, values = {}, number = null) {
  const form = key => root.dataset[`say${name}${key.charAt(0).toUpperCase()}${key.slice(1)}`];
  const language = form("lang");
  const rules = new Intl.PluralRules(language ?? document.documentElement.lang);
  const text = (number !== null && form(rules.select(number))) || form("other") || form("") || "";
  const said = text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  return language ? make("span", { lang: language, dir: "ltr" }, said) : said;
}

let loading = null;
let turn = 0;
let found = [];
let shown = 0;
let makeItem = null;

// The state is the form's, and the address's.

function readAddress() {
  const query = new URLSearchParams(location.search);
  form.q.value = query.get("q") ?? "";
  form.sort.value = query.get("sort") === "date" ? "date" : "";
  for (const name of FILTERS) choose(form[name], query.get(name) ?? "");
  if (FILTERS.some(name => form[name].value)) part("filters").open = true;
}

function choose(select, value) {
  if (value && ![...select.options].some(option => option.value === value)) select.add(new Option(value, value));
  select.value = value;
}

function readForm() {
  const chosen = FILTERS.filter(name => form[name].value).map(name => [name, form[name].value]);
  return { words: form.q.value.trim(), sort: form.sort.value, filters: Object.fromEntries(chosen) };
}

function writeAddress(method) {
  const { words, sort, filters } = readForm();
  const query = new URLSearchParams({ ...(words && { q: words }), ...filters, ...(sort && { sort }) });
  const same = query.toString() === new URLSearchParams(location.search).toString();
  if (same) return;
  history[method](null, "", `${query}` ? `?${query}` : location.pathname);
}

// Searching

const position = (one, other) => one.undated - other.undated || one.bundle - other.bundle || other.place - one.place;

async function load() {
  const program = new URL(root.dataset.pagefind, document.baseURI);
  // Asked for anew each time: it must be of the same build as the index.
  const list = fetch(new URL("bundles.json", program), { cache: "no-cache" }).then(answer => answer.json());
  const [engine, { bundles, common, language, rules }] = await Promise.all([import(program), list]);
  // What is only shown, or only lists the records, ranks nothing. `mergeFilter` allows asking one bundle alone.
  const settings = number => ({
    ranking: { metaWeights: { date: 0, language: 0, every: 0 } },
    ...(bundles.length > 1 && { mergeFilter: { bundle: `${number}` } }),
  });
  // Pagefind's worker would be another 40 KB for what takes some milliseconds.
  await engine.options({ noWorker: true, ...settings(0) });
  initAs(language, engine);
  const folders = bundles.map(({ path }) => new URL(path, program));
  await Promise.all(folders.slice(1).map((folder, number) => engine.mergeIndex(folder.href, settings(number + 1))));
  return { engine, bundles, folders, common: new Set(common), segmentation: makeSegmentation(rules), records: null };
}

// Pagefind takes the language of the page at this call, and has no setting for it. In Chinese, Japanese and Thai it would
// divide the words of a query by a dictionary (see segmentation.py).
function initAs(language, engine) {
  const page = document.documentElement;
  const { lang } = page;
  page.lang = language;
  engine.init();
  page.lang = lang;
}

// Once: what is under way is not begun again.
function getIndex() {
  loading ??= load();
  loading.catch(() => (loading = null));
  return loading;
}

// Of each bundle the results by themselves: joined, Pagefind sorts them by nothing but score.
function askEach({ engine, bundles }, words, options = {}) {
  if (bundles.length === 1) return Promise.all([engine.search(words, options)]);
  return Promise.all(bundles.map((_, number) => engine.search(words, { ...options, filters: { bundle: `${number}` } })));
}

// Topics, authors, year and place in time of every record, by bundle and then by the number of its result.
function getRecords(index) {
  index.records ??= loadRecords(index);
  index.records.catch(() => (index.records = null));
  return index.records;
}

async function loadRecords(index) {
  const [all, facets] = await Promise.all([
    askEach(index, EVERY, { sort: { place: "asc" } }),
    Promise.all(index.bundles.map(({ facets }, number) => getJson(new URL(facets, index.folders[number])))),
  ]);
  return all.map(({ results }, bundle) => {
    const { topic, author, pages } = facets[bundle];
    if (pages.length !== results.length) throw new Error("the search index is of two builds");
    return new Map(
      pages.map(([year, topics, authors], place) => {
        const values = { topic: topics.map(one => topic[one]), author: authors.map(one => author[one]), year: [year] };
        return [results[place].id, { result: results[place], bundle, place, undated: year ? 0 : 1, values }];
      }),
    );
  });
}

async function getJson(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return answer.json();
}

async function search(least = BATCH) {
  const mine = ++turn;
  const wanted = readForm();
  if (!wanted.words && !Object.keys(wanted.filters).length) return clear();
  const waiting = setTimeout(() => mine === turn && (part("status").replaceChildren(say("Wait"))), 400);
  try {
    const index = await getIndex();
    const query = index.segmentation.readQuery(thin(wanted.words, index.common));
    const answer = await ask(index, query, wanted, part("filters").open);
    const first = await read(answer.results.slice(0, least));
    if (mine !== turn) return;
    const real = areFound(query, first, index.segmentation);
    found = real ? answer.results : [];
    makeItem = data => makeResult(data, query, index.segmentation);
    part("results").replaceChildren(...(real ? first.map(makeItem) : []));
    shown = real ? first.length : 0;
    if (answer.counts) fillFilters(answer.counts);
    tell();
  } catch (error) {
    if (mine === turn) fail(error);
  } finally {
    clearTimeout(waiting);
  }
}

// Words that most articles have are left out where others remain: each would load a large piece of the index.
function thin(words, common) {
  if (/^".*"$/.test(words)) return words;
  const telling = words.split(/\s+/).filter(word => !common.has(word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "")));
  return telling.join(" ") || words;
}

async function ask(index, query, { sort, filters }, counting) {
  const terms = query.words;
  const keep = results => results.filter(result => standTogether(result, query.rows, index.segmentation));
  if (terms && !sort && !counting && !Object.keys(filters).length)
    return { results: keep((await index.engine.search(terms)).results) };
  const records = await getRecords(index);
  let matches = records.flatMap(bundle => [...bundle.values()]);
  if (terms) {
    const answers = await askEach(index, terms);
    matches = answers.flatMap(({ results }, bundle) =>
      keep(results).map(result => ({ ...records[bundle].get(result.id), result })),
    );
  }
  const has = (match, name) => !filters[name] || match.values[name].includes(filters[name]);
  const chosen = matches.filter(match => FILTERS.every(name => has(match, name)));
  chosen.sort(sort || !terms ? position : (one, other) => other.result.score - one.result.score || position(one, other));
  return { results: chosen.map(({ result }) => result), counts: counting ? count(matches, has) : null };
}

// Places that follow each other, each as an array: `[3, 4, 9]` gives `[[3, 4], [9]]`.
function chain(places) {
  const chains = [];
  for (const place of [...new Set(places)].sort((one, other) => one - other)) {
    if (chains.at(-1)?.at(-1) === place - 1) chains.at(-1).push(place);
    else chains.push([place]);
  }
  return chains;
}

// Pagefind finds the pairs of a row of letters wherever they stand in a text: they must follow each other. Of a headline
// it tells only that some of them are in it.
function standTogether({ words, matchedMetaFields }, rows, { countPairs }) {
  const most = Math.max(0, ...rows.map(countPairs));
  return most < 2 || Boolean(matchedMetaFields?.length) || chain(words).some(places => places.length >= most);
}

const even = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const squeeze = text => text.replace(/[^\p{L}\p{N}\s]/gu, "");

// Pagefind takes letters off the end of a word that nobody wrote until something begins with what is left. Of a real
// find there is the beginning of each word in some page: half of its letters allow for endings and for slips near the end.
// A row of letters is there as a whole.
function areFound({ rows, others }, first, { show }) {
  const indexed = first.map(({ meta, raw_content }) => `${meta.title} ${meta.author ?? ""} ${raw_content}`);
  const texts = indexed.flatMap(text => [even(text), squeeze(even(text))]);
  const shown = rows.length ? indexed.map(text => even(show(text))) : [];
  const beginnings = even(others.join(" ")).match(/[\p{L}\p{N}]+/gu) ?? [];
  const starts = beginnings.map(word => word.slice(0, Math.max(3, Math.ceil(word.length / 2))));
  return (
    rows.every(row => shown.some(text => text.includes(even(row)))) &&
    starts.every(start => texts.some(text => text.includes(start)))
  );
}

const read = results => Promise.all(results.map(result => result.data()));

// How many results each choice would give: the choices of one filter as if nothing were chosen in that one.
function count(matches, has) {
  const counts = {};
  for (const name of FILTERS) {
    counts[name] = {};
    const others = FILTERS.filter(other => other !== name);
    for (const match of matches.filter(match => others.every(other => has(match, other))))
      for (const value of match.values[name]) if (value) counts[name][value] = (counts[name][value] ?? 0) + 1;
  }
  return counts;
}

function clear() {
  turn += 1;
  found = [];
  shown = 0;
  part("results").replaceChildren();
  part("status").textContent = "";
  part("more").hidden = true;
  document.documentElement.classList.remove("bs-asked");
  if (part("filters").open) offerAll();
}

async function offerAll() {
  const mine = turn;
  try {
    const { counts } = await ask(await getIndex(), { words: "", rows: [] }, { sort: "", filters: {} }, true);
    if (mine === turn) fillFilters(counts);
  } catch (error) {
    if (mine === turn) fail(error);
  }
}

function fail(error) {
  console.error(error);
  found = [];
  part("results").replaceChildren();
  part("more").hidden = true;
  part("status").replaceChildren(say("Fault"));
}

// Showing: every text from the index becomes a text node, never HTML.

const locale = root.dataset.locale || undefined;
const number = new Intl.NumberFormat(locale);
const day = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function makeResult(data, query, segmentation) {
  const { date, language } = data.meta;
  const title = segmentation.show(data.meta.title);
  const address = encodeURI(data.raw_url.slice(1)).replace(/[?#]/g, encodeURIComponent);
  const line = [];
  if (date) line.push(make("time", { datetime: date }, day.format(new Date(`${date}T00:00Z`))));
  const names = data.meta.author?.split("\n").map(segmentation.show) ?? [];
  if (names.length) {
    const list = new Intl.ListFormat(root.dataset.names || locale, { type: "conjunction" }).format(names);
    line.push(line.length ? " · " : "", say("By", { names: list }));
  }
  return make(
    "li",
    {},
    make("h2", { lang: language, dir: "auto" }, make("a", { href: root.dataset.site + address }, title || data.raw_url)),
    make("p", { class: "bs-search__excerpt", lang: language, dir: "auto" }, ...makeExcerpt(data, query, segmentation)),
    ...(line.length ? [make("p", { class: "bs-search__line" }, ...line)] : []),
  );
}

const WORD = /^([^\p{L}\p{N}]*)(.*?)([^\p{L}\p{N}]*)$/su;
// The length of an excerpt, and of what stands in it before the first find: a letter of a row counts one, a word three.
const LENGTH = 90;
const BEFORE = 15;

function makeExcerpt({ raw_content, locations }, { rows }, segmentation) {
  const words = raw_content.replaceAll("&lt;", "<").replaceAll("&gt;", ">").split(" ");
  const lengths = words.map(word => (segmentation.isPair(word) ? 1 : 3));
  const marked = findMarks(words, locations, rows, segmentation);
  const [start, end] = findWindow(lengths, marked);
  const nodes = [];
  for (let place = start; place < end; place += 1) {
    const word = segmentation.showWord(words[place]);
    const shown = place === end - 1 ? word.trimEnd() : word;
    const [, before, text, after] = shown.match(WORD);
    if (!marked.has(place) || !text) {
      nodes.push(shown);
    } else if (nodes.at(-1)?.nodeName === "MARK" && !before) {
      nodes.at(-1).append(text);
      nodes.push(after);
    } else {
      nodes.push(before, make("mark", {}, text), after);
    }
    while (nodes.at(-1) === "") nodes.pop();
  }
  return [start > 0 ? "… " : "", ...nodes, end < words.length ? " …" : ""];
}

// The places of words to mark. A pair stands for its first letter, so the place behind it has its second one.
function findMarks(words, locations, rows, { isPair, countPairs }) {
  const least = Math.min(...rows.map(countPairs));
  const single = rows.every(row => [...row].length === 1);
  const marked = new Set();
  for (const places of chain(locations)) {
    const last = places.at(-1);
    if (isPair(words[places[0]]) && places.length < least) continue;
    for (const place of places) marked.add(place);
    if (isPair(words[last]) && !single) marked.add(last + 1);
  }
  return marked;
}

// The beginning and the end of the part of a text that has most marks.
function findWindow(lengths, marked) {
  const places = [...marked].sort((one, other) => one - other);
  const reach = (place, length, step) => {
    let [at, left] = [place, length];
    while (at >= 0 && at < lengths.length && left > 0) {
      left -= lengths[at];
      at += step;
    }
    return at;
  };
  let [best, most] = [0, 0];
  places.forEach((place, number) => {
    const end = reach(place, LENGTH - BEFORE, 1);
    const count = places.filter((other, rank) => rank >= number && other < end).length;
    if (count > most) [best, most] = [place, count];
  });
  const full = reach(lengths.length - 1, LENGTH, -1) + 1;
  const start = Math.max(0, Math.min(reach(best - 1, BEFORE, -1) + 1, full));
  return [start, reach(start, LENGTH, 1)];
}

function tell() {
  const count = number.format(found.length);
  const name = found.length > shown ? "First" : found.length ? "Found" : "None";
  part("status").replaceChildren(say(name, { count, shown: number.format(shown) }, found.length));
  part("more").hidden = found.length <= shown;
  // Whoever has found nothing sees the other ways at once.
  (found.length ? part("more").parentElement : part("status")).after(part("browse"));
}

let turnWithMore = 0;

// A second click while results are loading would show the same ones again.
async function showMore() {
  const mine = turn;
  if (turnWithMore === mine) return;
  turnWithMore = mine;
  try {
    const more = (await read(found.slice(shown, shown + BATCH))).map(makeItem);
    if (mine !== turn) return;
    part("results").append(...more);
    shown += more.length;
    history.replaceState({ shown }, "");
    tell();
    more[0]?.querySelector("a").focus();
  } catch (error) {
    if (mine === turn) fail(error);
  } finally {
    if (turnWithMore === mine) turnWithMore = 0;
  }
}

function fillFilters(counts) {
  for (const name of FILTERS) {
    const select = form[name];
    const chosen = select.value;
    const values = Object.entries(counts[name] ?? {}).filter(([value, count]) => count || value === chosen);
    if (chosen && !values.some(([value]) => value === chosen)) values.push([chosen, 0]);
    const order = name === "year" ? -1 : 1;
    values.sort(([one], [other]) => order * one.localeCompare(other, locale));
    const options = values.map(([value, count]) => new Option(`${value} (${number.format(count)})`, value));
    select.replaceChildren(select.options[0], ...options);
    select.value = chosen;
  }
}

// What the reader does

let typing = 0;
form.q.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    writeAddress("replaceState");
    search();
  }, PAUSE);
});

function submit() {
  clearTimeout(typing);
  writeAddress("pushState");
  search();
}

form.addEventListener("submit", event => {
  event.preventDefault();
  submit();
});
for (const name of [...FILTERS, "sort"]) form[name].addEventListener("change", submit);
part("filters").addEventListener("toggle", () => part("filters").open && search(Math.max(shown, BATCH)));
part("more").addEventListener("click", showMore);
addEventListener("popstate", () => {
  clearTimeout(typing);
  readAddress();
  search(history.state?.shown ?? BATCH);
});

function offerKey() {
  const box = part("key").querySelector("input");
  try {
    box.checked = localStorage.getItem("bs-search-key") !== "off";
    box.addEventListener("change", () => localStorage.setItem("bs-search-key", box.checked ? "on" : "off"));
    part("key").hidden = false;
  } catch {
    // Without storage a choice could not be kept.
  }
}

offerKey();
readAddress();
if (!form.q.value) form.q.focus();
search(history.state?.shown ?? BATCH);
