// Blocks of cells as the clipboard has them between spreadsheets: tab-separated lines, quoted where needed.

const QUOTED = /["\t\n\r]/;

export function toText(block) {
  return block.map((line) => line.map(quote).join("\t")).join("\n");
}

const quote = (text) => (QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The block in a text; lines are padded to one width, the line end after the last line is no line. */
export function fromText(text) {
  const block = [[]];
  const cells = /(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r\n|\n|\r|$)/gy;
  for (let found; (found = cells.exec(text)); ) {
    block.at(-1).push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
    if (cells.lastIndex >= text.length && found[3] !== "\t") break;
    if (found[3] !== "\t") block.push([]);
  }
  const width = Math.max(...block.map((line) => line.length));
  return block.map((line) => [...line, ...Array(width - line.length).fill("")]);
}

/** The block repeated over a larger selection that it divides evenly, as spreadsheets paste. */
export function tiled(block, height, width) {
  const tall = height % block.length === 0 ? height : block.length;
  const wide = width % block[0].length === 0 ? width : block[0].length;
  return Array.from({ length: tall }, (_, row) =>
    Array.from({ length: wide }, (_, column) => block[row % block.length][column % block[0].length]));
}
