// Requests to the emulator. An answer that refuses becomes a Refusal, whose message is for people.

export class Refusal extends Error {}
export class Unreachable extends Error {}

async function send(path, options) {
  const { answer, body } = await exchange(path, options);
  if (!answer.ok) throw new Refusal(body?.error ?? `Таблица ответила ошибкой ${answer.status}. Попробуйте ещё раз.`);
  return body;
}

/** An answer with its JSON; one that breaks off in the middle is no answer. */
async function exchange(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
    return { answer, body: await answer.json() };
  } catch {
    if (answer && !answer.ok) return { answer };
    throw new Unreachable("Нет связи с таблицей: то, что вы ввели сейчас, не сохранено.");
  }
}

export class File {
  constructor(id) {
    this.base = `/_local/files/${encodeURIComponent(id)}`;
    this.charts = `/spreadsheets/d/${encodeURIComponent(id)}/charts`;
  }

  drawing(chart, version) { return `${this.charts}/${chart}.svg?v=${version}`; }

  outline() { return send(`${this.base}/outline`); }

  async version() { return (await send(`${this.base}/version`)).version; }

  rows(sheet, top, bottom) { return send(`${this.base}/sheets/${sheet}/rows/${top}/${bottom}`); }

  async choices(sheet, row, column) {
    return (await send(`${this.base}/sheets/${sheet}/choices/${row}/${column}`)).choices;
  }

  write(sheet, row, column, rows) { return this.#post("block", { sheet, row, column, rows }); }

  change(...requests) { return this.#post("change", { requests }); }

  #post(door, body) {
    const headers = { "Content-Type": "application/json" };
    return send(`${this.base}/${door}`, { method: "POST", headers, body: JSON.stringify(body) });
  }
}
