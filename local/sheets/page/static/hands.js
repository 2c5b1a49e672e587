// The person's hands: keyboard, pointer, clipboard and buttons -> what the book is asked to do.

import { Book, find, typedText } from "./book.js";
import { Clipboard } from "./clipboard.js";
import { named } from "./places.js";

const ACTS = {
  undo: (book) => book.undo(),
  ascending: (book) => book.sort("ASCENDING"),
  descending: (book) => book.sort("DESCENDING"),
  insert: (book) => book.insertRow(),
  remove: (book) => book.removeRows(),
  more: (book) => book.addRows(),
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
  book.card.follow(book.grid.at);
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
  a: ({ grid, tab }) =>
    grid.select({ row: 0, column: 0 }, { row: tab.rows - 1, column: tab.columns - 1 }, { quiet: true }),
  z: (book) => book.undo(),
};
const LATIN = { ф: "a", я: "z" };

/** What the keys with a name do to the selection or its cell. */
function keys(book, active, { shiftKey, ctrlKey, metaKey }) {
  const { grid, tab } = book;
  const command = ctrlKey || metaKey;
  return {
    Enter: () => (active.control === "tick" ? book.toggle(grid.at) : book.edit()),
    F2: () => book.edit(),
    Escape: () => { book.leaving = true; book.card.hide(); book.hush(); },
    Delete: () => book.clear(),
    Backspace: () => book.clear(),
    PageDown: () => (command && shiftKey ? turn(book, 1) : page(book, 1, shiftKey)),
    PageUp: () => (command && shiftKey ? turn(book, -1) : page(book, -1, shiftKey)),
    Home: () => go(book, { row: command ? 0 : grid.to.row, column: 0 }, shiftKey),
    End: () => go(book, { row: command ? Math.max(tab.used - 1, 0) : grid.to.row, column: tab.columns - 1 }, shiftKey),
  };
}

function pressed(book, event) {
  const { grid } = book;
  const { key } = event;
  const active = grid.cell(grid.at.row, grid.at.column);
  if (key === "Tab") return tabbed(book, event);
  const act = meaning(book, active, event);
  if (!act) return undefined;
  event.preventDefault();
  return act();
}

function meaning(book, active, event) {
  const { key } = event;
  const command = event.ctrlKey || event.metaKey;
  const own = keys(book, active, event);
  if (key in ARROWS && event.altKey && active.control === "list") return () => book.edit();
  if (key in ARROWS) return () => walk(book, event);
  if (key === "Enter" && event.altKey && active.link) return () => window.open(active.link, "_blank", "noopener");
  if (key in own) return own[key];
  if (command) return bound(COMMANDS[LATIN[key.toLowerCase()] ?? key.toLowerCase()], book);
  if (key === " " && active.control === "tick") return () => book.toggle(book.grid.at);
  if (key.length === 1 && !event.altKey) return () => book.edit(key, { fast: true, typed: true });
  return undefined;
}

const bound = (command, book) => command && (() => command(book));

/** Tab walks through the cells; after Escape, and at the ends of a row, it leaves the grid. */
function tabbed(book, event) {
  const { grid } = book;
  const next = grid.beside(grid.at, 0, event.shiftKey ? -1 : 1);
  if (book.leaving || next.column === grid.at.column) return;
  event.preventDefault();
  go(book, next);
}

function placeOf(target) {
  const cell = target.closest?.("[data-row]");
  return cell && { row: Number(cell.dataset.row), column: Number(cell.dataset.column) };
}

/** A press selects what it is on; a dropdown's arrow, or a finger's second tap, opens the editor. */
function down(book, event) {
  const { grid } = book;
  const touch = event.pointerType === "touch";
  const again = placeOf(event.target)?.row === grid.at.row && placeOf(event.target)?.column === grid.at.column;
  if (event.button !== 0 || event.target.closest(".editor, .choices") || !pick(book, event)) return;
  event.preventDefault();
  if (event.target.closest(".arrow") || (touch && again && !event.target.closest(".tick"))) return void book.edit();
  grid.root.focus({ preventScroll: true });
  book.dragging = !touch;
}

/** Select the cell, row, column or all that the event is on; whether it is on any. */
function pick(book, { target, shiftKey }) {
  const { grid, tab } = book;
  const place = placeOf(target);
  const { letter, number, all } = target.closest("[data-letter], [data-number], [data-all]")?.dataset ?? {};
  const [row, column] = [Number(number), Number(letter)];
  if (place) go(book, place, shiftKey);
  else if (all !== undefined) COMMANDS.a(book);
  else if (letter !== undefined) grid.select({ row: 0, column }, { row: tab.rows - 1, column }, { quiet: true });
  else if (number !== undefined) grid.select({ row, column: 0 }, { row, column: tab.columns - 1 }, { quiet: true });
  else return false;
  return true;
}

function dragged(book, event) {
  const place = book.dragging && placeOf(event.target);
  if (place && (place.row !== book.grid.to.row || place.column !== book.grid.to.column)) book.grid.select(book.grid.at, place);
}

function clicked(book, event) {
  if (event.pointerType === "touch") down(book, event);
  const place = placeOf(event.target);
  if (place && event.target.closest(".tick")) book.toggle(place);
}

function listenToGrid(book, grid) {
  grid.addEventListener("keydown", (event) => { if (event.target === grid) pressed(book, event); });
  // A finger that goes down may be about to scroll: only its click selects.
  grid.addEventListener("pointerdown", (event) => { if (event.pointerType !== "touch") down(book, event); });
  grid.addEventListener("pointerover", (event) => {
    dragged(book, event);
    if (event.pointerType === "mouse" && !book.dragging && !book.editor.open) book.card.hover(placeOf(event.target));
  });
  grid.addEventListener("pointerleave", () => book.card.hover(null));
  window.addEventListener("pointerup", () => { book.dragging = false; });
  grid.addEventListener("click", (event) => clicked(book, event));
  grid.addEventListener("dblclick", (event) => {
    const place = placeOf(event.target);
    if (place && book.grid.cell(place.row, place.column).control !== "tick") book.edit();
  });
  grid.addEventListener("scroll", () => book.card.scrolled(), { passive: true });
  for (const name of ["copy", "cut", "paste"]) {
    document.addEventListener(name, (event) => { if (document.activeElement === grid) book.clipboard[name](event); });
  }
}

function listenToBar(book) {
  const formula = find("formula");
  formula.addEventListener("focus", () => { book.barPlace = book.grid.at; });
  formula.addEventListener("keydown", (event) => {
    if (event.key === "Escape") formula.value = typedText(book.grid.cell(book.barPlace.row, book.barPlace.column));
    else if (!(event.key === "Enter" && !event.altKey && !event.ctrlKey) && event.key !== "Tab") return;
    event.preventDefault();
    const place = book.barPlace;
    find("grid").focus({ preventScroll: true });
    if (event.key === "Enter") book.grid.select(book.grid.beside(place, 1, 0));
    if (event.key === "Tab") book.grid.select(book.grid.beside(place, 0, 1));
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
book.clipboard = new Clipboard(book);
listenToGrid(book, find("grid"));
listenToBar(book);
listenToRest(book);
await book.open();
find("grid").focus({ preventScroll: true });
