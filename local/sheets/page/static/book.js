// One workbook in a browser: what the person does becomes requests, what others do becomes fresh cells.
// The server is the truth: after each change, own or foreign, the outline and the rows in view are read again.

import { Card } from "./card.js";
import { Editor } from "./editor.js";
import { Grid } from "./grid.js";
import { dress } from "./looks.js";
import { gridRange, guarded, named, one, rectName } from "./places.js";
import { File, Refusal, Unreachable } from "./talk.js";

const EVERY = 1000;
const SPARE = 40;
const GLOW_AT_MOST = 300;
const QUIET_MINUTES = 5;
const SAVED = "Сохранено";
const SAID_FOR = 4000;
const MORE_ROWS = 100;
const HARD = "Эти ячейки заполняет программа, они защищены. Чтобы менять их, снимите защиту у владельца таблицы.";

export const find = (id) => document.getElementById(id);

export class Book {
  constructor(id) {
    this.file = new File(id);
    this.cells = new Map();
    this.showsHidden = false;
    this.places = new Map();
    this.undone = [];
    this.quietUntil = 0;
    this.work = Promise.resolve();
    this.card = new Card(find("card"));
    this.grid = new Grid(find("grid"), { lacks: (rows) => this.fetch(rows), moved: () => this.moved() });
    this.card.over(this.grid);
    this.editor = new Editor(this.grid, {
      commit: (place, text, step) => this.commit(place, text, step),
      cancel: () => { this.grid.root.focus({ preventScroll: true }); this.settle(); },
      typing: (text) => { find("formula").value = text; },
      choices: ({ row, column }) => this.file.choices(this.tab.id, row, column),
    });
  }

  // Reading

  async open() {
    await this.read();
    window.addEventListener("hashchange", () => this.followHash());
    setInterval(() => this.poll(), EVERY);
    document.addEventListener("visibilitychange", () => this.poll());
  }

  async poll() {
    if (document.hidden || this.asking || this.saving) return;
    this.asking = true;
    try {
      if ((await this.file.version()) !== this.version) await this.read({ glow: true });
      if (this.lost) this.say("");
      this.lost = false;
    } catch (trouble) {
      this.lost = true;
      this.say(trouble instanceof Unreachable ? "Нет связи, пробую снова" : trouble.message);
    } finally {
      this.asking = false;
    }
  }

  /** Read the outline and the rows in view again; cells that changed meanwhile glow if asked to. */
  async read({ glow = false } = {}) {
    const outline = await this.file.outline();
    const before = this.tab;
    const drawing = (chart) => this.file.drawing(chart, outline.version);
    this.tabs = outline.tabs.map((tab) => ({ ...tab, drawing }));
    document.title = outline.title;
    document.querySelector("h1").textContent = outline.title;
    const stayed = this.tabs.find((tab) => tab.id === before?.id);
    this.tab = stayed ?? this.tabNamedByHash() ?? this.tabs.find((tab) => !tab.hidden);
    if (!stayed) this.cells = new Map();
    const changed = stayed ? await this.load(spans(this.grid.rowsInView, stayed, 0), { afresh: true }) : [];
    this.version = outline.version;
    this.drawTabs();
    this.grid.show(this.tab, this.cells);
    this.editor.attach();
    if (!before) this.followHash();
    if (glow && changed.length <= GLOW_AT_MOST) this.grid.flash(changed);
    this.settle();
  }

  /** Rows that the grid lacks, with some to spare on either side; one request at a time. */
  async fetch(rows) {
    if (this.fetching) return;
    this.fetching = true;
    const { tab } = this;
    try {
      await this.load(spans(rows, tab, SPARE));
    } catch (trouble) {
      this.fail(trouble);
    } finally {
      this.fetching = false;
    }
    this.grid.draw();
    this.editor.attach();
    this.settle();
  }

  /** Put spans of rows into the cells; `afresh` forgets all others. Answers the places that changed. */
  async load(wanted, { afresh = false } = {}) {
    const { tab } = this;
    const fresh = new Map();
    for (const [first, last] of wanted) {
      const answer = await this.file.rows(tab.id, first, last + 1);
      const looks = answer.looks.map(dress);
      for (const [row, cells] of Object.entries(answer.rows)) fresh.set(Number(row), ingest(cells, looks));
    }
    if (tab.id !== this.tab.id) return [];
    const changed = [...fresh].flatMap(([row, cells]) => this.put(row, cells));
    if (afresh) for (const row of [...this.cells.keys()]) if (!fresh.has(row)) this.cells.delete(row);
    return changed;
  }

  put(row, cells) {
    const known = this.cells.get(row);
    if (known && alike(known, cells)) return [];
    this.cells.set(row, cells);
    return known ? differing(row, known, cells) : [];
  }

  // Tabs

  tabNamedByHash() {
    const id = Number(new URLSearchParams(location.hash.slice(1)).get("gid") ?? NaN);
    return this.tabs.find((tab) => tab.id === id);
  }

  followHash() {
    const tab = this.tabNamedByHash();
    if (tab && tab.id !== this.tab.id) this.turnTo(tab);
    const cell = named(new URLSearchParams(location.hash.slice(1)).get("range") ?? "");
    if (cell) this.grid.select(cell);
  }

  turnTo(tab) {
    if (tab.hidden) this.showsHidden = true;
    this.editor.finish([0, 0]);
    this.hush();
    this.places.set(this.tab.id, [this.grid.at, find("grid").scrollTop, find("grid").scrollLeft]);
    this.tab = tab;
    this.cells = new Map();
    history.replaceState(null, "", `#gid=${tab.id}`);
    this.drawTabs();
    this.grid.show(tab, this.cells);
    const [at, top, left] = this.places.get(tab.id) ?? [{ row: 0, column: 0 }, 0, 0];
    find("grid").scrollTo(left, top);
    this.grid.select(at, at, { quiet: true });
  }

  drawTabs() {
    const hidden = this.tabs.filter((tab) => tab.hidden);
    const shown = this.tabs.filter((tab) => !tab.hidden || this.showsHidden || tab.id === this.tab.id);
    const focused = find("tabs").contains(document.activeElement);
    find("tabs").replaceChildren(...shown.map((tab) => tabButton(tab, tab.id === this.tab.id, () => this.turnTo(tab))));
    if (focused) find("tabs").querySelector("[aria-selected=true]").focus();
    find("hidden").hidden = hidden.length === 0;
    find("hidden").textContent = `Скрытые: ${hidden.length}`;
    find("hidden").setAttribute("aria-pressed", this.showsHidden);
    find("grid").setAttribute("aria-label", `Вкладка «${this.tab.title}»`);
    document.querySelector("[data-act=hide]").textContent = this.tab.hidden ? "Показать вкладку" : "Скрыть вкладку";
  }

  // Selection

  /** The person went elsewhere. */
  moved() {
    this.leaving = false;
    this.card.hide();
    this.settle();
  }

  /** Show what the selected cell holds now. */
  settle() {
    const { row, column } = this.grid.at;
    const cell = this.grid.cell(row, column);
    if (document.activeElement !== find("name")) find("name").value = rectName(this.grid.selected);
    if (!this.editor.open && document.activeElement !== find("formula")) find("formula").value = typedText(cell);
    find("formula").readOnly = this.guard(one(row, column)) === "hard";
  }

  guard(rect) { return guarded(this.tab, rect); }

  /** Whether a row has cells that nobody here may write: then no row can be put beside it either. */
  isClosed(row) {
    return this.guard({ top: row, left: 0, bottom: row + 1, right: this.tab.columns }) === "hard";
  }

  // Changing

  edit(text, options) {
    const { at } = this.grid;
    if (this.guard(one(at.row, at.column)) === "hard") return this.warn(HARD);
    this.grid.reveal(at.row, at.column);
    this.card.hide();
    return this.editor.start(at, text ?? typedText(this.grid.cell(at.row, at.column)), options);
  }

  commit({ row, column }, text, [down, right]) {
    const unchanged = text === typedText(this.grid.cell(row, column));
    if (document.activeElement === document.body) find("grid").focus({ preventScroll: true });
    if (down || right) this.grid.select(this.grid.beside({ row, column }, down, right));
    else this.settle();
    if (!unchanged) this.write({ row, column }, [[text]]);
  }

  /** Type a block at a place; asks first where a guard asks. */
  write({ row, column }, block) {
    const { tab } = this;
    const rect = { top: row, left: column, bottom: row + block.length, right: column + block[0].length };
    return this.change(tab, rect, async () => {
      const { before } = await this.file.write(tab.id, row, column, block);
      this.undone.push([tab, row, column, before]);
    });
  }

  /** Send requests of a batchUpdate; what was typed before them can no longer be taken back. */
  request(rect, ...requests) {
    return this.change(this.tab, rect, async () => {
      await this.file.change(...requests);
      this.undone = [];
    });
  }

  /** One change after the other, each in the tab where it was begun, though another may be shown by now. */
  change(tab, rect, act) {
    this.work = this.work.then(async () => {
      if (rect && !(await this.allowed(tab, rect))) return;
      this.saving = true;
      this.say("Сохраняю…");
      try {
        await act();
        this.hush();
        this.say(SAVED);
      } catch (trouble) {
        this.fail(trouble);
      }
      await this.read().catch((trouble) => this.fail(trouble));
      this.saving = false;
      document.querySelector("[data-act=undo]").disabled = this.undone.length === 0;
    });
    return this.work;
  }

  async allowed(tab, rect) {
    const guard = guarded(tab, rect);
    if (guard === "hard") this.warn(HARD);
    if (guard !== "warn" || Date.now() < this.quietUntil) return guard !== "hard";
    const dialog = find("warning");
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
    find("grid").focus({ preventScroll: true });
    const agreed = dialog.returnValue === "go";
    if (agreed && dialog.querySelector("[name=later]").checked) this.quietUntil = Date.now() + QUIET_MINUTES * 60_000;
    return agreed;
  }

  /** A selection without the never-used rows at its end: whole columns are selected far below the data. */
  filled(rect) {
    return { ...rect, bottom: Math.min(rect.bottom, Math.max(this.tab.used, rect.top + 1)) };
  }

  undo() {
    const last = this.undone.pop();
    if (!last) return undefined;
    const [tab, row, column, block] = last;
    return this.change(tab, null, () => this.file.write(tab.id, row, column, block));
  }

  clear() {
    const { top, left, bottom, right } = this.filled(this.grid.selected);
    const block = Array.from({ length: bottom - top }, () => Array(right - left).fill(""));
    this.write({ row: top, column: left }, block);
  }

  toggle({ row, column }) {
    const { other } = this.grid.cell(row, column);
    if (this.guard(one(row, column)) === "hard") return this.warn(HARD);
    return this.write({ row, column }, [[other]]);
  }

  sort(order) {
    const { frozenRows, used, columns, id } = this.tab;
    if (used <= frozenRows + 1) return undefined;
    const rect = { top: frozenRows, left: 0, bottom: used, right: columns };
    const sortSpecs = [{ dimensionIndex: this.grid.at.column, sortOrder: order }];
    return this.request(rect, { sortRange: { range: gridRange(id, rect), sortSpecs } });
  }

  insertRow() {
    const { row } = this.grid.at;
    if (this.isClosed(row)) return this.warn(HARD);
    const range = { sheetId: this.tab.id, dimension: "ROWS", startIndex: row + 1, endIndex: row + 2 };
    const inheritFromBefore = row >= this.tab.frozenRows;
    const inserted = this.request(null, { insertDimension: { range, inheritFromBefore } });
    return inserted.then(() => this.grid.select({ row: row + 1, column: this.grid.at.column }));
  }

  removeRows() {
    const { top, bottom } = this.grid.selected;
    if (top < this.tab.frozenRows) return this.warn("Строку заголовков удалять нельзя: по ней программа узнаёт столбцы.");
    const range = { sheetId: this.tab.id, dimension: "ROWS", startIndex: top, endIndex: bottom };
    return this.request({ top, bottom, left: 0, right: this.tab.columns }, { deleteDimension: { range } });
  }

  addRows() {
    const end = this.tab.rows;
    if (this.isClosed(end - 1)) return this.warn(HARD);
    const range = { sheetId: this.tab.id, dimension: "ROWS", startIndex: end, endIndex: end + MORE_ROWS };
    const added = this.request(null, { insertDimension: { range, inheritFromBefore: true } });
    return added.then(() => this.grid.select({ row: end, column: 0 }));
  }

  hideTab() {
    const { id, hidden } = this.tab;
    const last = !hidden && this.tabs.filter((tab) => !tab.hidden).length === 1;
    if (last) return this.warn("Хотя бы одна вкладка должна остаться видимой.");
    if (!hidden) this.showsHidden = true;
    const properties = { sheetId: id, hidden: !hidden };
    return this.request(null, { updateSheetProperties: { properties, fields: "hidden" } });
  }

  // Telling

  fail(trouble) {
    if (!(trouble instanceof Refusal || trouble instanceof Unreachable)) throw trouble;
    this.say("");
    this.warn(trouble.message);
  }

  warn(sentence) {
    find("banner").hidden = false;
    find("banner").querySelector("p").textContent = sentence;
  }

  hush() { find("banner").hidden = true; }

  /** A word on how it goes; gone after a while, as it is old news then. */
  say(words) {
    find("state").textContent = words;
    clearTimeout(this.said);
    if (words === SAVED) this.said = setTimeout(() => this.say(""), SAID_FOR);
  }
}

/** The spans of rows to ask for: the frozen ones, and from the first to the last of the others. */
function spans(rows, { frozenRows, rows: end }, spare) {
  const others = rows.filter((row) => row >= frozenRows);
  const body = [Math.max(others[0] - spare, frozenRows), Math.min(others.at(-1) + spare, end - 1)];
  const frozen = rows.some((row) => row < frozenRows) ? [[0, frozenRows - 1]] : [];
  return others.length ? [...frozen, body] : frozen;
}

/** Cells of a row by column, their look settled. */
function ingest(cells, looks) {
  const dressed = ({ look, ...cell }) => (look === undefined ? cell : { ...cell, dress: looks[look] });
  return new Map(cells.map((cell) => [cell.column, dressed(cell)]));
}

export const typedText = (cell) => cell.typed ?? cell.text ?? "";

const alike = (known, fresh) => JSON.stringify([...known]) === JSON.stringify([...fresh]);

function differing(row, known, fresh) {
  const columns = new Set([...known.keys(), ...fresh.keys()]);
  const told = (cell) => `${cell?.text ?? ""}|${cell?.ticked ?? ""}`;
  const changed = [...columns].filter((column) => told(known.get(column)) !== told(fresh.get(column)));
  return changed.map((column) => ({ row, column }));
}

/** A tab's button; the hidden ones lean, those that nobody here may write show a lock. */
function tabButton(tab, selected, turn) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = tab.title;
  button.setAttribute("role", "tab");
  button.setAttribute("aria-controls", "grid");
  button.setAttribute("aria-selected", selected);
  button.tabIndex = selected ? 0 : -1;
  button.classList.toggle("away", tab.hidden);
  const isWhole = ([top, left, bottom, right]) => top + left === 0 && bottom >= tab.rows && right >= tab.columns;
  button.classList.toggle("locked", tab.guards.some(({ area, hard }) => hard && isWhole(area)));
  if (tab.colour) button.style.setProperty("--mark", tab.colour);
  button.addEventListener("click", turn);
  return button;
}
