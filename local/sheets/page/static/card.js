// The card beside a cell: its note and where it leads. Shown for the cell under the pointer or the selected one.

const PATIENCE = 250;

export class Card {
  constructor(element) {
    this.element = element;
    element.addEventListener("pointerenter", () => clearTimeout(this.timer));
    element.addEventListener("pointerleave", () => this.hover(null));
  }

  /** Connect with the grid whose cells have notes. */
  over(grid) { this.grid = grid; }

  follow(place) {
    this.own = place;
    this.#show(place);
  }

  hover(place) {
    clearTimeout(this.timer);
    if (place?.row === this.place?.row && place?.column === this.place?.column) return;
    const cell = place && this.grid.cell(place.row, place.column);
    if (cell && (cell.note || cell.link)) this.timer = setTimeout(() => this.#show(place), PATIENCE);
    else if (this.place !== this.own) this.timer = setTimeout(() => this.hide(), PATIENCE);
  }

  /** The selected cell's card goes along, any other is put away. */
  scrolled() {
    if (this.place && this.place === this.own) this.#show(this.own);
    else this.hide();
  }

  hide() {
    clearTimeout(this.timer);
    this.element.hidden = true;
    this.place = undefined;
  }

  #show(place) {
    const { note, link } = this.grid.cell(place.row, place.column);
    const anchor = this.grid.element(place.row, place.column);
    if (!anchor || !(note || link)) return this.hide();
    this.place = place;
    this.element.replaceChildren(...(note ? [paragraph(note)] : []), ...(link ? [leading(link)] : []));
    this.element.hidden = false;
    return this.#stand(anchor.getBoundingClientRect());
  }

  /** Below the cell, or above it where there is no room below; always inside the window. */
  #stand(cell) {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const below = cell.bottom + 4;
    const top = below + height < innerHeight ? below : cell.top - height - 4;
    const left = Math.max(8, Math.min(cell.left, innerWidth - width - 8));
    Object.assign(this.element.style, { left: `${left}px`, top: `${Math.max(8, top)}px` });
  }
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

function leading(link) {
  const anchor = document.createElement("a");
  anchor.href = link;
  anchor.textContent = link.startsWith("/") ? "Открыть таблицу" : link;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}
