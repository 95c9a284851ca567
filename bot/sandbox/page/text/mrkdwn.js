/** Slack's mrkdwn, parsed as Slack does, into DOM nodes. */
import { h, link } from "../browser/dom.js";
import { unescapeText } from "./encoding.js";
import { dateNode, emojiNode, mention } from "./inline.js";

const STYLES = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const EMOJI = /^:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/u;
const ADDRESS = /^https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]'"*_~]/u;

function special(body, fallback) {
  const [name, ...rest] = body.split("^");
  if (name === "date") return dateNode(Number(rest[0]), rest[1] ?? "", rest[2], unescapeText(fallback ?? ""));
  if (["here", "channel", "everyone"].includes(name)) return mention(`@${name}`, "broadcast");
  if (name === "subteam") return mention(unescapeText(fallback ?? `@${rest[0]}`), "group");
  return document.createTextNode(unescapeText(fallback ?? `<!${body}>`));
}

function control(content) {
  const bar = content.indexOf("|");
  const target = bar < 0 ? content : content.slice(0, bar);
  const label = bar < 0 ? null : content.slice(bar + 1);
  if (target.startsWith("@")) return mention(target.slice(1), "user", label);
  if (target.startsWith("#")) return mention(target.slice(1), "channel", label);
  if (target.startsWith("!")) return special(target.slice(1), label);
  const address = unescapeText(target);
  if (/^https?:\/\//u.test(address)) return link(address, unescapeText(label || target), { class: "link" });
  return document.createTextNode(unescapeText(label || target));
}

/** Where the style that opens at `start` closes, or -1: tokens and code in between are stepped over. */
function closingAt(text, start) {
  const mark = text[start];
  const before = text[start - 1] ?? " ";
  const next = text[start + 1] ?? " ";
  if (WORD.test(before) || /\s/u.test(next) || next === mark) return -1;
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "<" || text[at] === "`") {
      const end = text.indexOf(text[at] === "<" ? ">" : "`", at + 1);
      if (end > 0) at = end;
    } else if (text[at] === mark && !/\s/u.test(text[at - 1]) && !WORD.test(text[at + 1] ?? " ")) return at;
  }
  return -1;
}

function codeAt(text, at) {
  const end = text.indexOf("`", at + 1);
  if (end <= at + 1 || text.slice(at, end).includes("\n")) return null;
  return { node: h("code", {}, codeText(text.slice(at + 1, end))), end: end + 1 };
}

/** Inside code nothing is formatted; a link that Slack wrapped shows its label. */
function codeText(text) {
  return unescapeText(text.replace(/<([^<>|]+)(?:\|([^<>]*))?>/gu, (_, target, label) => label ?? target));
}

function styledAt(text, at) {
  const end = closingAt(text, at);
  if (end < 0) return null;
  return { node: h(STYLES[text[at]], {}, inline(text.slice(at + 1, end))), end: end + 1 };
}

function controlAt(text, at) {
  const end = text.indexOf(">", at);
  if (end < at + 2) return null;
  const content = text.slice(at + 1, end);
  if (!/^(?:[@#!]|https?:|mailto:|tel:)/u.test(content)) return null;
  return { node: control(content), end: end + 1 };
}

function matchAt(text, at, pattern, build) {
  const match = pattern.exec(text.slice(at));
  const node = match && build(match);
  return node ? { node, end: at + match[0].length } : null;
}

function pieceAt(text, at) {
  const character = text[at];
  if (character === "`") return codeAt(text, at);
  if (character === "<") return controlAt(text, at);
  if (character in STYLES) return styledAt(text, at);
  if (character === ":") return matchAt(text, at, EMOJI, ([, name]) => emojiNode(name));
  if (character === "h" && !WORD.test(text[at - 1] ?? " ")) {
    return matchAt(text, at, ADDRESS, ([match]) =>
      link(unescapeText(match), unescapeText(match), { class: "link" }),
    );
  }
  return null;
}

function inline(text) {
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length;) {
    const piece = pieceAt(text, at);
    if (piece) {
      nodes.push(unescapeText(plain), piece.node);
      plain = "";
    } else plain += text[at];
    at = piece ? piece.end : at + 1;
  }
  return [...nodes, unescapeText(plain)].filter(Boolean);
}

function quoted(line) {
  return /^(?:&gt;|>)(?!&gt;&gt;|>>) ?/u.exec(line)?.[0] ?? null;
}

/** Consecutive quoted lines become one quote; everything else keeps its line breaks. */
function lines(text) {
  const rest = /(?:^|\n)(?:&gt;&gt;&gt;|>>>)\s?/u.exec(text);
  if (rest) {
    const after = text.slice(rest.index + rest[0].length);
    return [...lines(text.slice(0, rest.index)), h("blockquote", {}, inline(after))];
  }
  const groups = [];
  for (const line of text.split("\n")) {
    const mark = quoted(line);
    const last = groups.at(-1);
    const bare = mark ? line.slice(mark.length) : line;
    if (last && last.isQuote === Boolean(mark)) last.text += `\n${bare}`;
    else groups.push({ isQuote: Boolean(mark), text: bare });
  }
  return groups.flatMap((group) =>
    group.isQuote ? [h("blockquote", {}, inline(group.text))] : inline(group.text),
  );
}

/** The nodes of a mrkdwn text. Preformatted parts are cut out first, then quotes, then what is in a line. */
export function mrkdwn(text) {
  return String(text ?? "")
    .split(/(```[\s\S]+?```)\n?/u)
    .flatMap((part) => {
      if (part.startsWith("```") && part.length > 6) {
        return [h("pre", {}, codeText(part.slice(3, -3).replace(/^\n|\n$/gu, "")))];
      }
      return part ? lines(part) : [];
    });
}

/** Plain text with Slack's emoji names drawn, which plain_text objects ask for unless `emoji` is false. */
function plainWithEmoji(text) {
  return String(text ?? "")
    .split(/(:[a-z0-9_+'-]+(?:::skin-tone-[2-6])?:)/u)
    .map((part) => {
      return (part.length > 2 && part.startsWith(":") && emojiNode(part.slice(1, -1))) || part;
    });
}

/** The nodes of a text object of Block Kit (or of nothing). */
export function textNodes(object) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text);
  return object.emoji === false ? [object.text] : plainWithEmoji(object.text);
}

/** The words of a text object, for labels that assistive technology reads. */
export function plainText(object) {
  return object?.text ?? "";
}
