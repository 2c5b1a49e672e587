// Looks of cells -> CSS classes, each rule made once; colours chosen for daylight are answered for the night.

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);
const known = new Map();

const ACROSS = { left: "left", center: "center", right: "right" };
const DOWN = { top: "start", middle: "center", bottom: "end" };

/** The class names of a look. */
export function dress(look) {
  const key = JSON.stringify(look);
  if (!known.has(key)) {
    const name = `look-${known.size}`;
    sheet.insertRule(`.cell.${name} { ${rules(look).join("; ")} }`, sheet.cssRules.length);
    const more = [["wrap", "clip"].includes(look.wrap) && look.wrap, look.down === "top" && "top"];
    known.set(key, [name, ...more.filter(Boolean)].join(" "));
  }
  return known.get(key);
}

function* lines(look) {
  if (look.background) yield `background-color: light-dark(${look.background}, ${nightGround(look.background)})`;
  if (look.colour) yield `color: light-dark(${look.colour}, ${nightInk(look.colour, look.background)})`;
  if (look.bold) yield "font-weight: 700";
  if (look.italic) yield "font-style: italic";
  const struck = [look.strikethrough && "line-through", look.underline && "underline"].filter(Boolean);
  if (struck.length) yield `text-decoration: ${struck.join(" ")}`;
  if (look.size) yield `font-size: ${look.size / 10}em`;
  if (ACROSS[look.across]) yield `text-align: ${ACROSS[look.across]}`;
  if (DOWN[look.down]) yield `align-content: ${DOWN[look.down]}`;
  for (const [side, line] of Object.entries(look.borders ?? {})) yield `border-${side}: ${line}`;
}

const rules = (look) => [...lines(look)];

function lightness(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  return 0.3 * red + 0.59 * green + 0.11 * blue;
}

/** A pale ground becomes a dim one of the same hue; a dark one (a header's) stays. */
function nightGround(colour) {
  const light = lightness(colour);
  return light < 0.5 ? colour : `color-mix(in oklab, ${colour} ${Math.round(4 + (1 - light) * 60)}%, var(--paper))`;
}

function nightInk(colour, ground) {
  const onDark = ground && lightness(ground) < 0.5;
  return onDark || lightness(colour) > 0.55 ? colour : `color-mix(in oklab, ${colour} 35%, var(--ink))`;
}
