// The field in which a cell is edited, with its dropdown. It says what was typed and where to go next.

const NEXT = { Enter: [1, 0], Tab: [0, 1], ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };

const COMBOBOX = ["role", "aria-expanded", "aria-controls", "aria-activedescendant"];
const GAP = 3;

export class Editor {
  /** `commit(place, text, step)` and `cancel()` are told how it ended; `typing(text)` each change before. */
  constructor(grid, { commit, cancel, typing, choices }) {
    Object.assign(this, { grid, commit, cancel, typing, choices });
    this.field = document.createElement("textarea");
    this.field.className = "editor";
    this.field.rows = 1;
    this.field.spellcheck = false;
    this.field.setAttribute("aria-label", "Правка ячейки");
    this.list = document.createElement("ul");
    this.list.className = "choices";
    this.list.id = "choices";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Варианты");
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("input", () => this.#input());
    this.field.addEventListener("blur", () => this.finish([0, 0]));
    this.list.addEventListener("pointerdown", (event) => this.#pick(event));
  }

  get open() { return this.place !== undefined; }

  /** Begin; `fast` when typing began it, so that arrows leave the cell instead of walking in the text. */
  start(place, text, { fast = false, typed = false } = {}) {
    this.place = place;
    this.fast = fast;
    this.offered = [];
    const cell = this.grid.cell(place.row, place.column);
    this.field.value = text;
    this.attach();
    this.field.focus({ preventScroll: true });
    this.field.setSelectionRange(text.length, text.length);
    if (cell.control === "list") this.#offer(typed);
  }

  /** Stand over the cell; again whenever the grid was drawn anew. */
  attach() {
    if (!this.open) return;
    const cell = this.grid.element(this.place.row, this.place.column);
    if (!cell) return;
    const row = cell.parentNode;
    const home = row.parentNode;
    if (this.field.parentNode !== home) {
      this.moving = true;
      home.append(this.field, this.list);
      this.moving = false;
    }
    const top = row.offsetTop;
    const style = { left: `${cell.offsetLeft}px`, top: `${top}px`, minWidth: `${cell.offsetWidth}px` };
    Object.assign(this.field.style, style, { minHeight: `${cell.offsetHeight}px` });
    Object.assign(this.list.style, style, { top: `${top + this.#beside(cell)}px` });
  }

  /** Where the list stands, from the cell's top: below, or above where there is no room below. */
  #beside(cell) {
    const below = Math.max(cell.offsetHeight, this.field.offsetHeight);
    const room = this.grid.root.getBoundingClientRect().bottom - cell.getBoundingClientRect().top - below;
    const height = this.list.offsetHeight + GAP;
    return height > room && cell.getBoundingClientRect().top > height ? -height - GAP : below;
  }

  /** Take the text and go `step` cells on. */
  finish(step) {
    if (!this.open || this.moving) return;
    const { place } = this;
    const text = this.field.value;
    this.#close();
    this.commit(place, text, step);
  }

  drop() {
    if (!this.open) return;
    this.#close();
    this.cancel();
  }

  #close() {
    this.place = undefined;
    this.field.remove();
    this.list.replaceChildren();
    this.list.remove();
    for (const name of COMBOBOX) this.field.removeAttribute(name);
  }

  #key(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    const { key } = event;
    if (key === "Escape") return this.#do(event, () => this.drop());
    if (this.offered.length && (key === "ArrowDown" || key === "ArrowUp")) {
      return this.#do(event, () => this.#step(key === "ArrowDown" ? 1 : -1));
    }
    if (key === "Enter" && (event.altKey || event.ctrlKey || event.metaKey)) return this.#do(event, () => this.#newline());
    const leaves = key === "Enter" || key === "Tab" || (this.fast && key in NEXT && !event.shiftKey);
    if (!leaves) return undefined;
    return this.#do(event, () => {
      const [down, right] = NEXT[key];
      this.#takeChosen(key);
      this.finish(event.shiftKey ? [-down, -right] : [down, right]);
    });
  }

  #do(event, act) {
    event.preventDefault();
    act();
  }

  #newline() {
    this.field.setRangeText("\n", this.field.selectionStart, this.field.selectionEnd, "end");
    this.#input();
  }

  #input() {
    this.typing(this.field.value);
    if (this.all) this.#show(true);
    this.attach();
  }

  async #offer(typed) {
    const { place } = this;
    this.all = undefined;
    const all = await this.choices(place);
    if (this.place !== place) return;
    this.all = all;
    this.field.setAttribute("role", "combobox");
    this.field.setAttribute("aria-controls", "choices");
    this.#show(typed);
    this.attach();
  }

  #show(filtered) {
    const part = filtered ? this.field.value.trim().toLowerCase() : "";
    this.offered = this.all.filter((choice) => choice.toLowerCase().includes(part));
    this.list.replaceChildren(...this.offered.map((choice, number) => option(choice, number)));
    this.field.setAttribute("aria-expanded", this.offered.length > 0);
    this.#choose(filtered ? (part ? 0 : -1) : this.offered.indexOf(this.field.value));
  }

  #choose(number) {
    this.chosen = number;
    for (const item of this.list.children) item.setAttribute("aria-selected", item.dataset.number === String(number));
    const item = this.list.children[number];
    item?.scrollIntoView({ block: "nearest" });
    if (item) this.field.setAttribute("aria-activedescendant", item.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  #step(by) {
    const count = this.offered.length;
    this.#choose((this.chosen + by + count) % count);
  }

  #takeChosen(key) {
    const chosen = key === "Enter" || key === "Tab" ? this.offered[this.chosen] : undefined;
    if (chosen !== undefined) this.field.value = chosen;
  }

  #pick(event) {
    const item = event.target.closest("li");
    event.preventDefault();
    if (!item) return;
    this.field.value = this.offered[item.dataset.number];
    this.finish([0, 0]);
  }
}

function option(choice, number) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  item.id = `choice-${number}`;
  item.dataset.number = number;
  item.textContent = choice;
  return item;
}
