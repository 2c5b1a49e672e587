// One workbook in a browser: what the person does becomes requests, what others do becomes fresh cells.
// The server is the truth: after each change, own or foreign, the outline and the rows in view are read again.

import { fromText, tiled, toText } from "./clips.js";
import { Editor } from "./editor.js";
import { Grid } from "./grid.js";
import { dress } from "./looks.js";
import { gridRange, guarded, named, one, rectName, span } from "./places.js";
import { File, Refusal, Unreachable } from "./talk.js";

const EVERY = 1000;
const SPARE = 40;
const MOST = 400;
const GLOW_AT_MOST = 300;
const QUIET_MINUTES = 5;
const MORE_ROWS = 100;
const HARD = "Эти ячейки заполняет программа, они защищены. Чтобы менять их, снимите защиту у владельца таблицы.";

const find = (id) => document.getElementById(id);

class Book {
  constructor(id) {
    this.file = new File(id);
    this.cells = new Map();
    this.showsHidden = false;
    this.undone = [];
    this.quietUntil = 0;
    this.work = Promise.resolve();
    this.grid = new Grid(find("grid"), { lacks: (first, last) => this.fetch(first, last), moved: () => this.moved() });
    this.editor = new Editor(this.grid, {
      commit: (place, text, step) => this.commit(place, text, step),
      cancel: () => this.moved(),
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
    if (document.hidden || this.asking) return;
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
    this.tabs = outline.tabs;
    document.title = find("grid").ariaLabel = outline.title;
    document.querySelector("h1").textContent = outline.title;
    this.tab = this.tabs.find((tab) => tab.id === before?.id) ?? this.tabNamedByHash() ?? this.tabs.find((tab) => !tab.hidden);
    if (before?.id !== this.tab.id) this.cells = new Map();
    const rows = before?.id === this.tab.id ? this.rowsInView() : [];
    const changed = rows.length ? await this.load(rows[0], rows.at(-1), { afresh: true }) : [];
    this.version = outline.version;
    this.drawTabs();
    this.grid.show(this.tab, this.cells);
    this.editor.attach();
    if (!before) this.followHash();
    if (glow && changed.length <= GLOW_AT_MOST) this.grid.flash(changed);
    if (!this.editor.open) this.moved({ quiet: true });
  }

  rowsInView() {
    const { first, last } = this.grid.inView;
    return [...Array(this.tab.frozenRows).keys(), Math.max(0, first - 8), Math.min(last + 8, this.tab.rows - 1)].sort((a, b) => a - b);
  }

  /** Rows that the grid lacks, with some to spare on either side. */
  async fetch(first, last) {
    if (this.fetching) return;
    this.fetching = true;
    const { tab } = this;
    try {
      const from = last - first > MOST / 2 ? Math.max(first, last - MOST / 2) : first;
      if (from > first) await this.load(0, tab.frozenRows);
      await this.load(Math.max(0, from - SPARE), Math.min(last + SPARE, tab.rows - 1));
    } catch (trouble) {
      this.fail(trouble);
    } finally {
      this.fetching = false;
    }
    if (tab.id === this.tab.id) this.grid.draw();
    this.editor.attach();
    if (!this.editor.open) this.moved({ quiet: true });
  }

  /** Put rows first..last into the cells; `afresh` forgets all others. Answers the places that changed. */
  async load(first, last, { afresh = false } = {}) {
    const { tab } = this;
    const changed = [];
    const fresh = new Map();
    const spans = last - first < MOST ? [[first, last]] : [[0, Math.max(tab.frozenRows - 1, 0)], [Math.max(first, last - MOST + 1), last]];
    for (const [from, to] of spans) {
      const answer = await this.file.rows(tab.id, from, to + 1);
      const looks = answer.looks.map(dress);
      for (const [row, cells] of Object.entries(answer.rows)) fresh.set(Number(row), ingest(cells, looks));
    }
    if (tab.id !== this.tab.id) return [];
    for (const [row, cells] of fresh) {
      const known = this.cells.get(row);
      if (known && !this.mine(row)) changed.push(...differing(row, known, cells));
      if (!known || !alike(known, cells)) this.cells.set(row, cells);
    }
    if (afresh) for (const row of [...this.cells.keys()]) if (!fresh.has(row)) this.cells.delete(row);
    return changed;
  }

  mine() { return false; }

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
    this.places ??= new Map();
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

  moved({ quiet = false } = {}) {
    const { row, column } = this.grid.at;
    const cell = this.grid.cell(row, column);
    if (document.activeElement !== find("name")) find("name").value = rectName(this.grid.selected);
    if (!this.editor.open && document.activeElement !== find("formula")) find("formula").value = typedText(cell);
    find("formula").readOnly = this.guard(one(row, column)) === "hard";
    if (!quiet) this.leaving = false;
  }

  guard(rect) { return guarded(this.tab, rect); }

  // Changing

  edit(text, options) {
    const { at } = this.grid;
    if (this.guard(one(at.row, at.column)) === "hard") return this.warn(HARD);
    this.grid.select(at);
    return this.editor.start(at, text ?? typedText(this.grid.cell(at.row, at.column)), options);
  }

  commit({ row, column }, text, [down, right]) {
    const unchanged = text === typedText(this.grid.cell(row, column));
    if (document.activeElement === document.body) find("grid").focus({ preventScroll: true });
    if (down || right) this.grid.select(this.grid.beside({ row, column }, down, right));
    else this.moved();
    if (!unchanged) this.write({ row, column }, [[text]]);
  }

  /** Type a block at a place; asks first where a guard asks. */
  write({ row, column }, block) {
    const rect = { top: row, left: column, bottom: row + block.length, right: column + block[0].length };
    return this.change(rect, async () => {
      const { before } = await this.file.write(this.tab.id, row, column, block);
      this.undone.push([this.tab.id, row, column, before]);
    });
  }

  /** Send requests of a batchUpdate; what was typed before them can no longer be taken back. */
  request(rect, ...requests) {
    return this.change(rect, async () => {
      await this.file.change(...requests);
      this.undone = [];
    });
  }

  change(rect, act) {
    this.work = this.work.then(async () => {
      if (rect && !(await this.allowed(rect))) return;
      this.say("Сохраняю…");
      try {
        await act();
        this.hush();
        this.say("Сохранено");
      } catch (trouble) {
        this.fail(trouble);
      }
      await this.read().catch((trouble) => this.fail(trouble));
    });
    return this.work;
  }

  async allowed(rect) {
    const guard = this.guard(rect);
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

  undo() {
    const last = this.undone.pop();
    if (!last) return this.warn("Отменять нечего: с открытия страницы или последней сортировки ничего не вводили.");
    const [sheet, row, column, block] = last;
    return this.change(null, () => this.file.write(sheet, row, column, block));
  }

  clear() {
    const { selected } = this.grid;
    const block = Array.from({ length: Math.min(selected.bottom, Math.max(this.tab.used, selected.top + 1)) - selected.top }, () =>
      Array(selected.right - selected.left).fill(""));
    this.write({ row: selected.top, column: selected.left }, block);
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
    const range = { sheetId: this.tab.id, dimension: "ROWS", startIndex: row + 1, endIndex: row + 2 };
    const inheritFromBefore = row >= this.tab.frozenRows;
    this.request(null, { insertDimension: { range, inheritFromBefore } }).then(() => this.grid.select({ row: row + 1, column: 0 }));
  }

  removeRows() {
    const { top, bottom } = this.grid.selected;
    if (top < this.tab.frozenRows) return this.warn("Строку заголовков удалять нельзя: по ней программа узнаёт столбцы.");
    const range = { sheetId: this.tab.id, dimension: "ROWS", startIndex: top, endIndex: bottom };
    return this.request({ top, bottom, left: 0, right: this.tab.columns }, { deleteDimension: { range } });
  }

  addRows() {
    const end = this.tab.rows;
    const range = { sheetId: this.tab.id, dimension: "ROWS", startIndex: end, endIndex: end + MORE_ROWS };
    this.request(null, { insertDimension: { range, inheritFromBefore: true } });
  }

  hideTab() {
    const { id, hidden } = this.tab;
    if (!hidden && this.tabs.filter((tab) => !tab.hidden).length === 1) return this.warn("Хотя бы одна вкладка должна остаться видимой.");
    if (!hidden) this.showsHidden = true;
    return this.request(null, { updateSheetProperties: { properties: { sheetId: id, hidden: !hidden }, fields: "hidden" } });
  }

  // Clipboard

  async copied(rect) {
    const bottom = Math.min(rect.bottom, Math.max(this.tab.used, rect.top + 1));
    for (let row = rect.top; row < bottom; row += MOST) await this.load(row, Math.min(row + MOST, bottom) - 1);
    return this.block({ ...rect, bottom });
  }

  block({ top, left, bottom, right }) {
    const line = (row) => Array.from({ length: right - left }, (_, n) => this.grid.cell(row, left + n).text ?? "");
    return Array.from({ length: bottom - top }, (_, n) => line(top + n));
  }

  copy(event, cut) {
    const { selected } = this.grid;
    const rect = { ...selected, bottom: Math.min(selected.bottom, Math.max(this.tab.used, selected.top + 1)) };
    const rows = Array.from({ length: rect.bottom - rect.top }, (_, n) => rect.top + n);
    event.preventDefault();
    if (rows.every((row) => this.cells.has(row))) {
      const text = toText(this.block(rect));
      event.clipboardData.setData("text/plain", text);
      this.held = { text, rect, sheet: this.tab.id, cut };
      return;
    }
    this.copied(rect).then(async (block) => {
      const text = toText(block);
      await navigator.clipboard.writeText(text);
      this.held = { text, rect, sheet: this.tab.id, cut };
    }).catch((trouble) => this.fail(trouble));
  }

  paste(event) {
    const text = event.clipboardData.getData("text/plain");
    event.preventDefault();
    if (!text) return;
    if (this.held && text.trimEnd() === this.held.text.trimEnd()) this.pasteHeld();
    else this.pasteText(text);
  }

  pasteText(text) {
    const { selected } = this.grid;
    const block = tiled(fromText(text), selected.bottom - selected.top, selected.right - selected.left);
    const at = { row: selected.top, column: selected.left };
    this.write(at, block);
    this.grid.select(at, { row: at.row + block.length - 1, column: at.column + block[0].length - 1 });
  }

  /** Cells copied on this page are pasted as cells: formulas move along, looks and rules come with them. */
  pasteHeld() {
    const { rect, sheet, cut } = this.held;
    const { selected } = this.grid;
    const tall = Math.max(rect.bottom - rect.top, selected.bottom - selected.top);
    const wide = Math.max(rect.right - rect.left, selected.right - selected.left);
    const source = gridRange(sheet, rect);
    const whole = { top: selected.top, left: selected.left, bottom: Math.min(selected.top + tall, this.tab.rows), right: Math.min(selected.left + wide, this.tab.columns) };
    if (cut) {
      const destination = { sheetId: this.tab.id, rowIndex: selected.top, columnIndex: selected.left };
      this.request(whole, { cutPaste: { source, destination } });
      this.held = undefined;
    } else this.request(whole, { copyPaste: { source, destination: gridRange(this.tab.id, whole) } });
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

  say(words) { find("state").textContent = words; }
}

/** Cells of a row by column, their look settled. */
function ingest(cells, looks) {
  return new Map(cells.map(({ look, ...cell }) => [cell.column, look === undefined ? cell : { ...cell, dress: looks[look] }]));
}

const typedText = (cell) => cell.typed ?? cell.text ?? "";

const alike = (known, fresh) => JSON.stringify([...known]) === JSON.stringify([...fresh]);

function differing(row, known, fresh) {
  const columns = new Set([...known.keys(), ...fresh.keys()]);
  const told = (cell) => `${cell?.text ?? ""}|${cell?.ticked ?? ""}`;
  return [...columns].filter((column) => told(known.get(column)) !== told(fresh.get(column))).map((column) => ({ row, column }));
}

function tabButton(tab, selected, turn) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = tab.title;
  button.setAttribute("role", "tab");
  button.setAttribute("aria-selected", selected);
  button.tabIndex = selected ? 0 : -1;
  button.classList.toggle("away", tab.hidden);
  button.classList.toggle("locked", tab.guards.some(({ area, hard }) => hard && area[2] >= tab.rows && area[3] >= tab.columns));
  if (tab.colour) button.style.setProperty("--mark", tab.colour);
  button.addEventListener("click", turn);
  return button;
}

// Hands: pointer and keyboard

const ACTS = {
  undo: (book) => book.undo(),
  ascending: (book) => book.sort("ASCENDING"),
  descending: (book) => book.sort("DESCENDING"),
  insert: (book) => book.insertRow(),
  remove: (book) => book.removeRows(),
  hide: (book) => book.hideTab(),
};

const ARROWS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };

function walk(book, event) {
  const { grid, tab } = book;
  const [down, right] = ARROWS[event.key];
  const from = event.shiftKey ? grid.to : grid.at;
  const far = event.ctrlKey || event.metaKey;
  const edge = {
    row: down > 0 ? Math.max(tab.used - 1, from.row) : down < 0 ? 0 : from.row,
    column: right > 0 ? tab.columns - 1 : right < 0 ? 0 : from.column,
  };
  go(book, far ? edge : grid.beside(from, down, right), event.shiftKey);
}

function go(book, place, extend) {
  if (extend) book.grid.select(book.grid.at, place);
  else book.grid.select(place);
  book.shown = "keys";
}

function page(book, direction, extend) {
  const { first, last } = book.grid.inView;
  const from = extend ? book.grid.to : book.grid.at;
  go(book, { row: from.row + direction * Math.max(1, last - first - 2), column: from.column }, extend);
}

function turn(book, by) {
  const shown = book.tabs.filter((tab) => !tab.hidden || book.showsHidden);
  const at = shown.findIndex((tab) => tab.id === book.tab.id);
  book.turnTo(shown[(at + by + shown.length) % shown.length]);
}

const COMMANDS = {
  a: (book) => book.grid.select({ row: 0, column: 0 }, { row: book.tab.rows - 1, column: book.tab.columns - 1 }, { quiet: true }),
  z: (book) => book.undo(),
};
const LATIN = { ф: "a", я: "z" };

function pressed(book, event) {
  const { grid } = book;
  const { key } = event;
  const command = event.ctrlKey || event.metaKey;
  const active = grid.cell(grid.at.row, grid.at.column);
  const acts = {
    Enter: () => (active.control === "tick" ? book.toggle(grid.at) : book.edit()),
    F2: () => book.edit(),
    Escape: () => { book.leaving = true; book.held = undefined; book.hush(); },
    Delete: () => book.clear(),
    Backspace: () => book.clear(),
    PageDown: () => (command && event.shiftKey ? turn(book, 1) : page(book, 1, event.shiftKey)),
    PageUp: () => (command && event.shiftKey ? turn(book, -1) : page(book, -1, event.shiftKey)),
    Home: () => go(book, { row: command ? 0 : grid.to.row, column: 0 }, event.shiftKey),
    End: () => go(book, { row: command ? Math.max(book.tab.used - 1, 0) : grid.to.row, column: book.tab.columns - 1 }, event.shiftKey),
  };
  if (key in ARROWS && event.altKey && active.control === "list") book.edit();
  else if (key in ARROWS) walk(book, event);
  else if (key === "Tab") {
    const next = grid.beside(grid.at, 0, event.shiftKey ? -1 : 1);
    if (book.leaving || next.column === grid.at.column) return;
    go(book, next);
  } else if (key in acts) acts[key]();
  else if (command && (LATIN[key.toLowerCase()] ?? key.toLowerCase()) in COMMANDS) COMMANDS[LATIN[key.toLowerCase()] ?? key.toLowerCase()](book);
  else if (key === " " && active.control === "tick") book.toggle(grid.at);
  else if (key.length === 1 && !command && !event.altKey) book.edit(key, { fast: true, typed: true });
  else return;
  event.preventDefault();
}

function placeOf(target) {
  const cell = target.closest?.("[data-row]");
  return cell && { row: Number(cell.dataset.row), column: Number(cell.dataset.column) };
}

function down(book, event) {
  const { grid, tab } = book;
  const place = placeOf(event.target);
  if (event.button !== 0 || event.target.closest(".editor, .choices")) return;
  const { letter, number } = event.target.closest("[data-letter], [data-number]")?.dataset ?? {};
  if (letter !== undefined) grid.select({ row: 0, column: Number(letter) }, { row: tab.rows - 1, column: Number(letter) }, { quiet: true });
  else if (number !== undefined) grid.select({ row: Number(number), column: 0 }, { row: Number(number), column: tab.columns - 1 }, { quiet: true });
  else if (event.target.dataset.all !== undefined) COMMANDS.a(book);
  else if (place) {
    const again = place.row === grid.at.row && place.column === grid.at.column;
    go(book, place, event.shiftKey);
    if (event.target.closest(".arrow") || (again && event.pointerType === "touch")) return void event.preventDefault(book.edit());
    if (event.pointerType === "mouse") book.dragging = true;
  } else return;
  find("grid").focus({ preventScroll: true });
  if (event.pointerType === "mouse") event.preventDefault();
}

function dragged(book, event) {
  const place = book.dragging && placeOf(event.target);
  if (place && (place.row !== book.grid.to.row || place.column !== book.grid.to.column)) book.grid.select(book.grid.at, place);
}

function clicked(book, event) {
  const place = placeOf(event.target);
  if (place && event.target.closest(".tick")) book.toggle(place);
}

function listenToGrid(book, grid) {
  grid.addEventListener("keydown", (event) => { if (event.target === grid) pressed(book, event); });
  grid.addEventListener("pointerdown", (event) => down(book, event));
  grid.addEventListener("pointerover", (event) => dragged(book, event));
  window.addEventListener("pointerup", () => { book.dragging = false; });
  grid.addEventListener("click", (event) => clicked(book, event));
  grid.addEventListener("dblclick", (event) => {
    const place = placeOf(event.target);
    if (place && book.grid.cell(place.row, place.column).control !== "tick") book.edit();
  });
  for (const [name, act] of [["copy", (event) => book.copy(event, false)], ["cut", (event) => book.copy(event, true)], ["paste", (event) => book.paste(event)]]) {
    document.addEventListener(name, (event) => { if (document.activeElement === grid) act(event); });
  }
}

function listenToBar(book) {
  const formula = find("formula");
  formula.addEventListener("focus", () => { book.barPlace = book.grid.at; });
  formula.addEventListener("keydown", (event) => {
    if (event.key === "Escape") formula.value = typedText(book.grid.cell(book.barPlace.row, book.barPlace.column));
    else if (!(event.key === "Enter" && !event.altKey && !event.ctrlKey) && event.key !== "Tab") return;
    event.preventDefault();
    find("grid").focus({ preventScroll: true });
    if (event.key !== "Escape") book.grid.select(book.grid.beside(book.barPlace, event.key === "Enter" ? 1 : 0, event.key === "Tab" ? 1 : 0));
  });
  formula.addEventListener("blur", () => {
    const place = book.barPlace;
    if (place && formula.value !== typedText(book.grid.cell(place.row, place.column))) book.write(place, [[formula.value]]);
    book.barPlace = undefined;
    book.moved();
  });
  find("bar").addEventListener("submit", (event) => {
    event.preventDefault();
    const place = named(find("name").value);
    find("grid").focus({ preventScroll: true });
    if (place) book.grid.select(place);
    else book.moved();
  });
}

function listenToRest(book) {
  find("tools").addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act) ACTS[act](book);
  });
  find("hidden").addEventListener("click", () => { book.showsHidden = !book.showsHidden; book.drawTabs(); });
  find("banner").querySelector("button").addEventListener("click", () => book.hush());
  find("tabs").addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") turn(book, event.key === "ArrowRight" ? 1 : -1);
  });
}

const book = new Book(document.body.dataset.file);
listenToGrid(book, find("grid"));
listenToBar(book);
listenToRest(book);
await book.open();
find("grid").focus({ preventScroll: true });
