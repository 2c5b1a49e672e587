// Copy, cut and paste. Between programs cells go as tab-separated text; within the page as cells, so that
// formulas move along and looks and rules come with them.

import { fromText, tiled, toText } from "./clips.js";
import { gridRange } from "./places.js";

const AT_ONCE = 400;

export class Clipboard {
  constructor(book) {
    this.book = book;
  }

  copy(event) { return this.#take(event, false); }

  cut(event) { return this.#take(event, true); }

  #take(event, cut) {
    const { book } = this;
    const rect = book.filled(book.grid.selected);
    event.preventDefault();
    const held = { rect, sheet: book.tab.id, cut };
    if (this.#isLoaded(rect)) {
      this.held = { ...held, text: toText(this.#block(rect)) };
      event.clipboardData.setData("text/plain", this.held.text);
      return;
    }
    this.#takeAll(held).catch((trouble) => book.fail(trouble));
  }

  /** A selection that reaches out of what was read so far: read it first, as the event cannot wait. */
  async #takeAll(held) {
    const { top, bottom } = held.rect;
    for (let row = top; row < bottom; row += AT_ONCE) {
      await this.book.load([[row, Math.min(row + AT_ONCE, bottom) - 1]]);
    }
    this.held = { ...held, text: toText(this.#block(held.rect)) };
    await navigator.clipboard.writeText(this.held.text);
  }

  #isLoaded({ top, bottom }) {
    for (let row = top; row < bottom; row++) if (!this.book.cells.has(row)) return false;
    return true;
  }

  #block({ top, left, bottom, right }) {
    const { grid } = this.book;
    const text = (row, column) => grid.cell(row, column).text ?? "";
    return Array.from({ length: bottom - top }, (_, down) =>
      Array.from({ length: right - left }, (_, across) => text(top + down, left + across)));
  }

  paste(event) {
    const text = event.clipboardData.getData("text/plain");
    event.preventDefault();
    if (!text) return;
    if (this.held && text.replaceAll("\r\n", "\n").trimEnd() === this.held.text.trimEnd()) this.#pasteCells();
    else this.#pasteText(text);
  }

  #pasteText(text) {
    const { book } = this;
    const { top, left, bottom, right } = book.grid.selected;
    const block = tiled(fromText(text), bottom - top, right - left);
    book.write({ row: top, column: left }, block);
    this.#mark(top, left, block.length, block[0].length);
  }

  #pasteCells() {
    const { book } = this;
    const { rect, sheet, cut } = this.held;
    const { top, left, bottom, right } = book.grid.selected;
    const tall = Math.max(rect.bottom - rect.top, cut ? 0 : bottom - top);
    const wide = Math.max(rect.right - rect.left, cut ? 0 : right - left);
    const { rows, columns } = book.tab;
    const whole = { top, left, bottom: Math.min(top + tall, rows), right: Math.min(left + wide, columns) };
    const source = gridRange(sheet, rect);
    const to = { sheetId: book.tab.id, rowIndex: top, columnIndex: left };
    if (cut) book.request(whole, { cutPaste: { source, destination: to } });
    else book.request(whole, { copyPaste: { source, destination: gridRange(book.tab.id, whole) } });
    if (cut) this.held = undefined;
    this.#mark(top, left, tall, wide);
  }

  #mark(top, left, tall, wide) {
    this.book.grid.select({ row: top, column: left }, { row: top + tall - 1, column: left + wide - 1 });
  }
}
