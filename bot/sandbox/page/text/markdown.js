/** The markdown block: standard Markdown (not mrkdwn) as DOM nodes. */
import { h, link } from "../browser/dom.js";
import { emojiNode } from "./inline.js";

/** @type {[RegExp, (match: RegExpExecArray) => Node][]} */
const SPANS = [
  [/^`([^`\n]+)`/u, (match) => h("code", {}, match[1])],
  [/^!?\[([^\]\n]*)\]\(([^()\s]+)\)/u, (match) => link(match[2], match[1] || match[2], { class: "link" })],
  [/^<(https?:\/\/[^>\s]+)>/u, (match) => link(match[1], match[1], { class: "link" })],
  [/^\*\*(?=\S)([\s\S]*?\S)\*\*/u, (match) => h("strong", {}, spans(match[1]))],
  [/^__(?=\S)([\s\S]*?\S)__/u, (match) => h("strong", {}, spans(match[1]))],
  [/^~~(?=\S)([\s\S]*?\S)~~/u, (match) => h("s", {}, spans(match[1]))],
  [/^\*(?=[^\s*])([^*\n]*[^\s*])\*/u, (match) => h("em", {}, spans(match[1]))],
  [/^_(?=[^\s_])([^_\n]*[^\s_])_(?![\p{L}\p{N}])/u, (match) => h("em", {}, spans(match[1]))],
  [/^:([a-z0-9_+-]+):/u, (match) => emojiNode(match[1])],
  [/^\\([\\`*_{}[\]()#+.!~<>|-])/u, (match) => document.createTextNode(match[1])],
];

function spanAt(text) {
  for (const [pattern, build] of SPANS) {
    const match = pattern.exec(text);
    const node = match && build(match);
    if (node) return { node, length: match[0].length };
  }
  return null;
}

function spans(text) {
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length;) {
    const isInsideWord = text[at] === "_" && /[\p{L}\p{N}]/u.test(text[at - 1] ?? " ");
    const span = isInsideWord ? null : spanAt(text.slice(at));
    if (span) {
      nodes.push(plain, span.node);
      plain = "";
    } else plain += text[at];
    at += span ? span.length : 1;
  }
  return [...nodes, plain].filter(Boolean);
}

const isRow = (line) => /^\s*\|.*\|\s*$/u.test(line ?? "");
const cells = (line) =>
  line
    .trim()
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim());

function table(lines) {
  const [head, , ...rows] = lines.map(cells);
  return h(
    "div",
    { class: "table-scroll" },
    h(
      "table",
      { class: "block-table" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((cell) => h("th", { scope: "col" }, spans(cell))),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((cell) => h("td", {}, spans(cell))),
          ),
        ),
      ),
    ),
  );
}

function task(text) {
  const match = /^\[([ xX])\] /u.exec(text);
  if (!match) return spans(text);
  return [
    h(
      "span",
      { class: "task-mark", role: "img", "aria-label": match[1] === " " ? "open" : "done" },
      match[1] === " " ? "☐" : "☑",
    ),
    " ",
    ...spans(text.slice(4)),
  ];
}

function list(lines) {
  const isOrdered = /^\s*\d/u.test(lines[0]);
  const items = lines.map((line) => {
    const [, space = "", text = ""] = /^(\s*)(?:[-*+]|\d+[.)])\s+(.*)$/u.exec(line) ?? [];
    const item = h("li", {}, task(text));
    item.style.setProperty("--indent", String(Math.floor(space.length / 2)));
    return item;
  });
  return h(isOrdered ? "ol" : "ul", { class: "rich-list" }, items);
}

function fence(lines) {
  return h(
    "pre",
    {},
    lines
      .slice(1)
      .filter((line, index, all) => index < all.length - 1 || !/^```/u.test(line))
      .join("\n"),
  );
}

function heading(lines) {
  const [, marks = "", text = ""] = /^(#{1,6})\s+(.*?)\s*#*$/u.exec(lines[0]) ?? [];
  return h(
    "div",
    { class: `md-heading md-heading-${marks.length}`, role: "heading", "aria-level": marks.length },
    spans(text),
  );
}

const isItem = (line) => /^\s*(?:[-*+]|\d+[.)])\s+\S/u.test(line ?? "");
const isQuote = (line) => /^>/u.test(line ?? "");
const isHeading = (line) => /^#{1,6}\s+\S/u.test(line ?? "");
const isRule = (line) => /^\s*(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/u.test(line ?? "");
const isFence = (line) => /^```/u.test(line ?? "");

const KINDS = [
  [isFence, fenceLength, fence],
  [isHeading, () => 1, heading],
  [isRule, () => 1, () => h("hr", {})],
  [isRow, (lines, at) => run(lines, at, isRow), table],
  [isItem, (lines, at) => run(lines, at, isItem), list],
  [
    isQuote,
    (lines, at) => run(lines, at, isQuote),
    (lines) => h("blockquote", {}, blocks(lines.map((line) => line.replace(/^> ?/u, "")))),
  ],
];

function fenceLength(lines, at) {
  const close = lines.findIndex((line, index) => index > at && isFence(line));
  return (close < 0 ? lines.length : close + 1) - at;
}

function run(lines, at, test) {
  const end = lines.findIndex((line, index) => index >= at && !test(line));
  return (end < 0 ? lines.length : end) - at;
}

function paragraphLength(lines, at) {
  return Math.max(
    1,
    run(lines, at, (line) => line.trim() && !KINDS.some(([test]) => test(line))),
  );
}

function blocks(lines) {
  const nodes = [];
  for (let at = 0; at < lines.length;) {
    const kind = KINDS.find(([test]) => test(lines[at]));
    const length = kind ? Math.max(1, kind[1](lines, at)) : paragraphLength(lines, at);
    const part = lines.slice(at, at + length);
    if (kind) nodes.push(kind[2](part));
    else if (part[0].trim()) nodes.push(h("p", {}, spans(part.join("\n"))));
    at += length;
  }
  return nodes;
}

export function markdown(text) {
  return blocks(String(text ?? "").split("\n"));
}
