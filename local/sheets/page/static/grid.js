// Draws the rows in view. Heights are measured once drawn, so wrapped text has the room it needs; a row is
// made anew only when its cells are other ones. Knows nothing of the server: it asks for rows it lacks.

import { dress } from "./looks.js";
import { guarded, holds, letters, one } from "./places.js";
import { Sizes } from "./sizes.js";

const ROW = 26;
const COLUMN = 100;
const NUMBERS = 46;
const HEAD = 26;
const SPARE = 6;
const WIDE = 40;

export class Grid {
  /** `lacks(rows)` is called with the rows in view that are not there; `moved` after each change of selection. */
  constructor(root, { lacks, moved }) {
    this.root = root;
    this.lacks = lacks;
    this.moved = moved;
    this.head = part("head", "row");
    this.frozen = part("frozen", "rowgroup");
    this.body = part("body", "rowgroup");
    this.floats = make("div", "floats");
    this.floats.setAttribute("aria-hidden", "true");
    root.replaceChildren(this.head, this.frozen, this.body, this.floats);
    this.drawn = new Map();
    this.at = { row: 0, column: 0 };
    this.to = this.at;
    root.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => requestAnimationFrame(() => this.draw())).observe(root);
  }

  /** Show a tab with the rows that are known of it: a Map of row -> Map of column -> cell. */
  show(tab, rows) {
    const same = this.tab?.id === tab.id;
    const measured = same && this.heights;
    this.tab = tab;
    this.rows = rows;
    this.widths = new Sizes(tab.columns, COLUMN, tab.widths);
    this.heights = new Sizes(tab.rows, ROW, tab.heights);
    if (measured) this.heights.inherit(measured);
    this.root.setAttribute("aria-rowcount", tab.rows);
    this.root.setAttribute("aria-colcount", tab.columns);
    const tracks = Array.from({ length: tab.columns }, (_, column) => `${this.widths.size(column)}px`);
    this.root.style.setProperty("--tracks", `${NUMBERS}px ${tracks.join(" ")}`);
    this.root.style.setProperty("--width", `${NUMBERS + this.widths.total}px`);
    const { id, columns, widths, frozenRows, frozenColumns, merges, guards } = tab;
    const shape = JSON.stringify([id, columns, widths, frozenRows, frozenColumns, merges, guards]);
    if (shape !== this.shape) this.#clear();
    this.shape = shape;
    this.#drawHead();
    this.draw();
    this.#float();
  }

  /** Charts, over the cells that they are anchored to. `tab.drawing(id)` is a chart's address. */
  #float() {
    this.floats.replaceChildren(...(this.tab.charts ?? []).map(({ id, title, row, column, left, top, width, height }) => {
      const drawn = make("img", "chart");
      drawn.src = this.tab.drawing(id);
      drawn.alt = title;
      drawn.style.left = `${NUMBERS + this.widths.start(column) + left}px`;
      drawn.style.top = `${HEAD + this.heights.start(row) + top}px`;
      drawn.style.width = `${width}px`;
      drawn.style.height = `${height}px`;
      return drawn;
    }));
  }

  #clear() {
    for (const { element } of this.drawn.values()) element.remove();
    this.drawn.clear();
    this.columns = null;
  }

  /** The rows that the window shows below the frozen ones. */
  get inView() {
    const origin = this.heights.start(this.tab.frozenRows);
    const top = this.root.scrollTop + origin;
    const first = Math.max(this.heights.at(top), this.tab.frozenRows);
    return { first, last: this.heights.at(top + this.root.clientHeight) };
  }

  /** All rows that are drawn now: the frozen ones and those in view, with some to spare. */
  get rowsInView() { return [...lines(0, this.tab.frozenRows), ...lines(...this.#window())]; }

  #window() {
    const { first, last } = this.inView;
    return [Math.max(first - SPARE, this.tab.frozenRows), Math.min(last + SPARE + 1, this.tab.rows)];
  }

  draw() {
    if (!this.tab) return;
    this.#chooseColumns();
    const { first } = this.inView;
    const anchor = this.heights.start(first);
    const [from, end] = this.#window();
    for (const [row, { element }] of this.drawn) {
      if (row >= this.tab.rows || (row >= this.tab.frozenRows && (row < from || row >= end))) this.#drop(row, element);
    }
    for (const row of lines(0, this.tab.frozenRows)) this.#ensure(row, this.frozen);
    for (const row of lines(from, end)) this.#ensure(row, this.body);
    this.#measure();
    this.#arrange();
    const shift = this.heights.start(first) - anchor;
    if (shift && this.root.scrollTop > 0) this.root.scrollTop += shift;
    this.paint();
    this.#ask(from, end - 1);
  }

  #ask(from, to) {
    const missing = [...lines(0, this.tab.frozenRows), ...lines(from, to + 1)].filter((row) => !this.rows.has(row));
    if (missing.length) this.lacks(missing);
  }

  /** In a very wide tab only the columns near the window are drawn. */
  #chooseColumns() {
    const { columns } = this.tab;
    const left = this.widths.at(this.root.scrollLeft);
    const right = this.widths.at(this.root.scrollLeft + this.root.clientWidth);
    const [from, end] = this.columns ?? [0, 0];
    if (from <= Math.max(0, left - 1) && end >= Math.min(columns, right + 1)) return;
    this.#clear();
    this.columns = columns <= WIDE ? [0, columns] : [Math.max(0, left - SPARE), Math.min(right + SPARE, columns)];
    this.#drawHead();
  }

  #visibleColumns() {
    const [from, end] = this.columns;
    const { frozenColumns } = this.tab;
    const columns = [...lines(0, frozenColumns), ...lines(Math.max(from, frozenColumns), end)];
    return columns.filter((column) => this.widths.size(column) > 0);
  }

  #drawHead() {
    if (!this.columns) return;
    const corner = make("div", "corner");
    corner.setAttribute("role", "columnheader");
    corner.dataset.all = "";
    corner.setAttribute("aria-label", "Выбрать всё");
    const heads = this.#visibleColumns().map((column) => {
      const head = make("div", "letter", letters(column));
      head.setAttribute("role", "columnheader");
      head.setAttribute("aria-colindex", column + 1);
      head.dataset.letter = column;
      this.#place(head, column, column + 1);
      const below = { top: this.tab.frozenRows, bottom: this.tab.rows, left: column, right: column + 1 };
      const guard = guarded(this.tab, below);
      if (guard) head.classList.add(guard);
      return head;
    });
    this.head.replaceChildren(corner, ...heads);
  }

  #place(element, left, right) {
    element.style.gridColumn = `${left + 2} / ${right + 2}`;
    if (left < this.tab.frozenColumns) {
      element.classList.add("stuck");
      element.style.left = `${NUMBERS + this.widths.start(left)}px`;
    }
  }

  #drop(row, element) {
    element.remove();
    this.drawn.delete(row);
  }

  #ensure(row, home) {
    const cells = this.rows.get(row);
    const known = this.drawn.get(row);
    if (known && known.cells === cells && known.element.parentNode === home) return;
    const element = this.#row(row, cells);
    if (known && known.element.parentNode === home) known.element.replaceWith(element);
    else {
      known?.element.remove();
      home.append(element);
    }
    this.drawn.set(row, { element, cells, measured: false });
  }

  #row(row, cells = new Map()) {
    const element = make("div", "row");
    element.setAttribute("role", "row");
    element.setAttribute("aria-rowindex", row + 1);
    const own = this.tab.heights[row];
    if (own !== undefined) element.style.height = `${own}px`;
    element.classList.toggle("gone", own === 0);
    const number = make("div", "ordinal", row + 1);
    number.setAttribute("role", "rowheader");
    number.dataset.number = row;
    element.append(number, ...this.#visibleColumns().map((column) => this.#cell(row, column, cells)));
    return element;
  }

  #cell(row, column, cells) {
    const cell = cells.get(column) ?? {};
    const element = make("div", `cell ${cell.dress ?? ""} ${cell.kind ?? ""}`);
    element.id = `cell-${row}-${column}`;
    element.setAttribute("role", "gridcell");
    element.setAttribute("aria-colindex", column + 1);
    element.dataset.row = row;
    element.dataset.column = column;
    const merged = this.#merged(row, column);
    this.#place(element, column, merged ? merged[3] : column + 1);
    if (merged) this.#merge(element, merged, row, column);
    this.#fill(element, cell, row, column, cells);
    return element;
  }

  #merged(row, column) {
    return this.tab.merges.find(([top, left, bottom, right]) => holds({ top, left, bottom, right }, row, column));
  }

  #merge(element, [top, left, bottom], row, column) {
    element.classList.toggle("covered", row !== top || column !== left);
    if (row === top && column === left && bottom - top > 1) element.dataset.deep = bottom;
  }

  #fill(element, cell, row, column, cells) {
    if (cell.control === "tick") element.append(tick(cell, this.cell(this.tab.frozenRows - 1, column).text));
    else if (cell.text) {
      const text = make("span", "text", cell.text);
      const reach = this.#reach(element, cell, column, cells);
      if (reach) {
        element.classList.add("spill");
        text.style.maxWidth = `${reach}px`;
      }
      element.append(text);
    }
    if (cell.control === "list") element.append(make("span", "arrow"));
    if (cell.link) element.classList.add("link");
    if (cell.note) {
      element.classList.add("noted");
      element.setAttribute("aria-description", cell.note);
    }
    if (guarded(this.tab, one(row, column)) === "hard") {
      element.classList.add("hard");
      element.setAttribute("aria-readonly", "true");
    }
  }

  /** How far a long text may run over the empty cells beside it; 0 where it may not. */
  #reach(element, cell, column, cells) {
    const fits = cell.text.length * 5 < this.widths.size(column);
    if (fits || cell.kind || element.classList.contains("wrap") || element.classList.contains("clip")) return 0;
    let end = column + 1;
    while (end < this.tab.columns && !(cells.get(end)?.text || cells.get(end)?.control)) end++;
    return end > column + 1 ? this.widths.start(end) - this.widths.start(column) : 0;
  }

  #measure() {
    for (const [row, drawn] of this.drawn) {
      if (drawn.measured) continue;
      drawn.measured = drawn.cells !== undefined;
      const height = drawn.element.offsetHeight;
      const wide = this.tab.columns > WIDE ? Math.max(height, this.heights.size(row)) : height;
      if (drawn.measured && this.heights.size(row) !== wide) this.heights.set(row, wide);
    }
  }

  #arrange() {
    const origin = this.heights.start(this.tab.frozenRows);
    for (const [row, { element }] of this.drawn) {
      element.style.top = `${this.heights.start(row) - (row < this.tab.frozenRows ? 0 : origin)}px`;
      element.style.height = `${this.heights.size(row)}px`;
      for (const deep of element.querySelectorAll("[data-deep]")) {
        deep.style.height = `${this.heights.start(Number(deep.dataset.deep)) - this.heights.start(row)}px`;
      }
    }
    this.frozen.style.height = `${origin}px`;
    this.body.style.height = `${this.heights.total - origin}px`;
  }

  // Selection

  get selected() {
    return {
      top: Math.min(this.at.row, this.to.row),
      left: Math.min(this.at.column, this.to.column),
      bottom: Math.max(this.at.row, this.to.row) + 1,
      right: Math.max(this.at.column, this.to.column) + 1,
    };
  }

  /** Select a cell, or from `at` as far as `to`; both are brought inside the grid. */
  select(at, to = at, { quiet = false } = {}) {
    this.at = this.#inside(at);
    this.to = this.#inside(to);
    if (!quiet) this.reveal(this.to.row, this.to.column);
    this.paint();
    this.moved();
  }

  #inside({ row, column }) {
    const clamp = (value, end) => Math.max(0, Math.min(value, end - 1));
    return { row: clamp(row, this.tab.rows), column: clamp(column, this.tab.columns) };
  }

  /** The next cell in a direction that is not hidden. */
  beside({ row, column }, down, right) {
    let next = { row: row + down, column: column + right };
    while (this.#inside(next).row === next.row && this.#inside(next).column === next.column) {
      if (this.heights.size(next.row) > 0 && this.widths.size(next.column) > 0) return next;
      next = { row: next.row + down, column: next.column + right };
    }
    return { row, column };
  }

  reveal(row, column) {
    const { root, heights, widths, tab } = this;
    if (row >= tab.frozenRows) {
      const origin = heights.start(tab.frozenRows);
      const [top, bottom] = [heights.start(row) - origin, heights.start(row + 1) - origin];
      const room = root.clientHeight - HEAD - origin;
      if (top < root.scrollTop) root.scrollTop = top;
      else if (bottom > root.scrollTop + room) root.scrollTop = Math.min(top, bottom - room);
    }
    if (column >= tab.frozenColumns) {
      const origin = widths.start(tab.frozenColumns);
      const [left, right] = [widths.start(column) - origin, widths.start(column + 1) - origin];
      const room = root.clientWidth - NUMBERS - origin;
      if (left < root.scrollLeft) root.scrollLeft = left;
      else if (right > root.scrollLeft + room) root.scrollLeft = Math.min(left, right - room);
    }
    this.draw();
  }

  paint() {
    const rect = this.selected;
    const many = rect.bottom - rect.top > 1 || rect.right - rect.left > 1;
    for (const [row, { element }] of this.drawn) {
      const inside = row >= rect.top && row < rect.bottom;
      for (const child of element.children) {
        const column = Number(child.dataset.column ?? -1);
        if (column < 0) child.classList.toggle("picked", inside);
        else {
          const active = row === this.at.row && column === this.at.column;
          child.classList.toggle("active", active);
          child.classList.toggle("picked", many && inside && column >= rect.left && column < rect.right);
          if (child.classList.contains("active") || child.ariaSelected) child.setAttribute("aria-selected", active);
        }
      }
    }
    for (const head of this.head.querySelectorAll("[data-letter]")) {
      const column = Number(head.dataset.letter);
      head.classList.toggle("picked", column >= rect.left && column < rect.right);
    }
    const active = this.element(this.at.row, this.at.column);
    if (active) this.root.setAttribute("aria-activedescendant", active.id);
    else this.root.removeAttribute("aria-activedescendant");
  }

  element(row, column) { return this.root.querySelector(`#cell-${row}-${column}`); }

  cell(row, column) { return this.rows.get(row)?.get(column) ?? {}; }

  /** Let cells glow that somebody else has changed. */
  flash(places) {
    for (const { row, column } of places) {
      const element = this.element(row, column);
      if (!element) continue;
      element.classList.add("flash");
      element.addEventListener("animationend", () => element.classList.remove("flash"), { once: true });
    }
  }

}

function part(name, role) {
  const element = make("div", name);
  element.setAttribute("role", role);
  return element;
}

function make(tag, name, text) {
  const element = document.createElement(tag);
  element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

const lines = (first, end) => Array.from({ length: Math.max(0, end - first) }, (_, number) => first + number);

function tick({ ticked }, label) {
  const box = make("span", "tick");
  box.setAttribute("aria-label", label ?? "Отметка");
  box.setAttribute("role", "checkbox");
  box.setAttribute("aria-checked", ticked);
  return box;
}
