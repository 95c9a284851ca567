/** The squares with initials that stand for people, and the app's own sign. */
import { isApp, nameOf, person, workspace } from "../server/workspace.js";
import { h, icon, webAddress } from "../browser/dom.js";
import { emojiFor } from "../text/emoji.js";

const FALLBACK_COLORS = [
  "#1264a3",
  "#007a5a",
  "#a33d12",
  "#7a3e9d",
  "#9a1f5c",
  "#2f6f6f",
  "#7a5b00",
  "#4a4f9c",
];

function initials(name) {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter((word, _index, all) => !word.endsWith(".") || all.length < 2);
  const last = words.length > 1 ? words.at(-1) : "";
  return ((words[0]?.[0] ?? "?") + (last[0] ?? "")).toUpperCase();
}

function colorOf(id) {
  const color = person(id)?.color;
  if (color) return color.startsWith("#") ? color : `#${color}`;
  const sum = [...id].reduce((total, letter) => total + letter.codePointAt(0), 0);
  return FALLBACK_COLORS[sum % FALLBACK_COLORS.length];
}

/** White or near-black, whichever reads better on the color (relative luminance of WCAG 2). */
function inkOn(color) {
  const channels = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2];
  return luminance > 0.18 ? "#1d1c1d" : "#ffffff";
}

function appFace() {
  const sign = workspace().bot?.icon ?? "";
  const characters =
    emojiFor(sign.replace(/^:|:$/gu, "")) ?? (/^\p{Extended_Pictographic}/u.test(sign) && sign);
  if (characters) return h("span", { class: "emoji" }, characters);
  const address = /^(?:https?:|\/)/u.test(sign) && webAddress(sign);
  return address ? h("img", { src: address, alt: "" }) : icon("eye");
}

/** The avatar of a person or of the app; `size` is `small`, `large` or nothing. */
export function avatar(id, size = "") {
  if (isApp(id)) return h("span", { class: `avatar avatar-app ${size}`, "aria-hidden": "true" }, appFace());
  const color = colorOf(id);
  const node = h("span", { class: `avatar ${size}`, "aria-hidden": "true" }, initials(nameOf(id)));
  node.style.backgroundColor = color;
  node.style.color = inkOn(color);
  return node;
}
