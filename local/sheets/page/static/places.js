// Places in a grid: names of columns and cells, rectangles (ends not included), guards over them.

export function letters(column) {
  let name = "";
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  }
  return name;
}

export const cellName = (row, column) => `${letters(column)}${row + 1}`;

export function rectName({ top, left, bottom, right }) {
  const first = cellName(top, left);
  return bottom - top === 1 && right - left === 1 ? first : `${first}:${cellName(bottom - 1, right - 1)}`;
}

/** The cell that a name such as "c12" means, or null. */
export function named(text) {
  const found = /^\s*\$?([a-z]{1,3})\$?([1-9]\d{0,7})/i.exec(text);
  if (!found) return null;
  const column = [...found[1].toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { row: Number(found[2]) - 1, column };
}

export const one = (row, column) => ({ top: row, left: column, bottom: row + 1, right: column + 1 });

export function span(a, b) {
  return {
    top: Math.min(a.row, b.row),
    left: Math.min(a.column, b.column),
    bottom: Math.max(a.row, b.row) + 1,
    right: Math.max(a.column, b.column) + 1,
  };
}

export const holds = (rect, row, column) =>
  row >= rect.top && row < rect.bottom && column >= rect.left && column < rect.right;

export function gridRange(sheetId, { top, left, bottom, right }) {
  return { sheetId, startRowIndex: top, endRowIndex: bottom, startColumnIndex: left, endColumnIndex: right };
}

const meets = ([top, left, bottom, right], rect) =>
  top < rect.bottom && rect.top < bottom && left < rect.right && rect.left < right;

const contains = ([top, left, bottom, right], rect) =>
  top <= rect.top && rect.bottom <= bottom && left <= rect.left && rect.right <= right;

/** How a rectangle is guarded: "hard" (nobody here may write), "warn" (ask first) or "". */
export function guarded(tab, rect) {
  const over = tab.guards.filter((guard) => meets(guard.area, rect) && !guard.spared.some((s) => contains(s, rect)));
  if (over.some((guard) => guard.hard)) return "hard";
  return over.length ? "warn" : "";
}
