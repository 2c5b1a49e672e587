// The heights of rows (or widths of columns) one after another, and which of them lies at a pixel.

export class Sizes {
  #sizes;
  #starts;
  #known = 0;

  constructor(count, usual, own = {}) {
    this.count = count;
    this.own = own;
    this.#sizes = new Float64Array(count).fill(usual);
    this.#starts = new Float64Array(count + 1);
    for (const [index, size] of Object.entries(own)) if (index < count) this.#sizes[index] = size;
  }

  size(index) { return this.#sizes[index]; }

  set(index, size) {
    this.#sizes[index] = size;
    this.#known = Math.min(this.#known, index);
  }

  start(index) {
    for (; this.#known < this.count; this.#known++) {
      this.#starts[this.#known + 1] = this.#starts[this.#known] + this.#sizes[this.#known];
    }
    return this.#starts[Math.min(index, this.count)];
  }

  get total() { return this.start(this.count); }

  /** The last index that starts at or before the pixel. */
  at(pixel) {
    this.start(0);
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle] <= pixel) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Take over what was measured of the same lines before. */
  inherit(other) {
    for (let index = 0; index < Math.min(this.count, other.count); index++) {
      if (!(index in this.own) && !(index in other.own)) this.set(index, other.size(index));
    }
  }
}
