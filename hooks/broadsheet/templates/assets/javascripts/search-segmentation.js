// Segmentation: what Pagefind is asked for a query, and the original text of what it has indexed (see segmentation.py,
// which makes the rules).

export function makeSegmentation({ glue, letters, marks, punctuation, folded }) {
  const letter = `[${letters}][${marks}]*`;
  const letterPattern = new RegExp(letter, "gu");
  const piecePattern = new RegExp(`(?:${letter})+|[${punctuation}]+|[^${letters}${punctuation}]+`, "gu");
  const rowPattern = new RegExp(`^(?:${letter})+$`, "u");
  const pairPattern = new RegExp(`^(${letter})${letter}$`, "u");
  const original = new Map(Object.entries(folded).map(([letter, plain]) => [plain, letter]));
  const originalPattern = new RegExp(Object.keys(folded).join("|"), "gu");
  const plainPattern = new RegExp([...original.keys()].sort((one, other) => other.length - one.length).join("|"), "gu");

  const isRow = text => rowPattern.test(text);
  const isPair = word => pairPattern.test(word);

  // The text of a word of the index, with the space behind it.
  function showWord(word) {
    const pair = word.match(pairPattern);
    if (pair) return pair[1];
    const text = word.replaceAll(glue, "").replace(plainPattern, found => original.get(found));
    return word.endsWith(glue) ? text : `${text} `;
  }

  const show = text => text.split(" ").map(showWord).join("").trimEnd();

  // Pairs of a row of letters; a row of one letter finds all pairs that begin with it.
  function divide(row) {
    const signs = row.match(letterPattern);
    return signs.length === 1 ? signs : signs.slice(1).map((sign, place) => signs[place] + sign);
  }

  function readPieces(query) {
    const text = query.normalize("NFC").replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, "").replace(/[–—―…]/g, " ");
    const plain = text.replace(originalPattern, found => folded[found]);
    return plain.split(/\s+/).filter(Boolean).map(word => word.match(piecePattern) ?? []);
  }

  // The words for Pagefind; the rows of letters that must stand together; and all other words.
  function readQuery(query) {
    const words = readPieces(query);
    if (/^\s*".*"\s*$/su.test(query)) return { words: `"${quote(words)}"`, rows: [], others: [] };
    const pieces = words.flat();
    const rows = pieces.filter(isRow);
    const others = pieces.filter(found => !isRow(found));
    return { words: pieces.flatMap(found => (isRow(found) ? divide(found) : [found])).join(" "), rows, others };
  }

  // As the words stand in the index: a row has its last letter too where something follows.
  function quote(words) {
    const pieces = words.flat().filter(found => /[\p{L}\p{N}]/u.test(found));
    const tokens = pieces.flatMap((found, place) => {
      if (!isRow(found)) return [found];
      const signs = found.match(letterPattern);
      const last = place < pieces.length - 1 || signs.length === 1 ? signs.slice(-1) : [];
      return [...signs.slice(1).map((sign, number) => signs[number] + sign), ...last];
    });
    return tokens.join(" ");
  }

  return { show, showWord, isPair, readQuery, countPairs: row => divide(row).length };
}
