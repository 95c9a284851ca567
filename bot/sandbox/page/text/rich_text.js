/** The rich_text block: sections, lists, quotes and preformatted text with styles. */
import { h, link } from "../browser/dom.js";
import { dateNode, emojiNode, mention } from "./inline.js";

const STYLE_TAGS = {
  bold: "strong",
  italic: "em",
  strike: "s",
  underline: "u",
  code: "code",
  highlight: "mark",
};
const LIST_MARKS = ["mark-1", "mark-2", "mark-3"];

function styled(node, style = {}) {
  return Object.keys(STYLE_TAGS)
    .filter((name) => style[name])
    .reduce((inner, name) => h(STYLE_TAGS[name], {}, inner), node);
}

const LEAVES = {
  text: (leaf) => document.createTextNode(leaf.text),
  link: (leaf) => link(leaf.url, leaf.text || leaf.url, { class: "link" }),
  emoji: (leaf) => emojiNode(leaf.name) ?? document.createTextNode(`:${leaf.name}:`),
  user: (leaf) => mention(leaf.user_id, "user"),
  channel: (leaf) => mention(leaf.channel_id, "channel"),
  usergroup: (leaf) => mention(`@${leaf.usergroup_id}`, "group"),
  broadcast: (leaf) => mention(`@${leaf.range}`, "broadcast"),
  date: (leaf) => dateNode(leaf.timestamp, leaf.format, leaf.url, leaf.fallback ?? ""),
  color: (leaf) => document.createTextNode(leaf.value),
};

function leaves(elements) {
  return (elements ?? []).map((leaf) => {
    const build = LEAVES[leaf.type];
    return build ? styled(build(leaf), leaf.style) : document.createTextNode(leaf.text ?? "");
  });
}

function list(part) {
  const indent = Math.min(part.indent ?? 0, 8);
  const mark = LIST_MARKS[indent % LIST_MARKS.length];
  const items = (part.elements ?? []).map((section) => h("li", {}, leaves(section.elements)));
  const tag = part.style === "ordered" ? "ol" : "ul";
  const node = h(tag, { class: `rich-list ${mark}`, start: part.offset ? part.offset + 1 : null }, items);
  node.style.setProperty("--indent", String(indent));
  return node;
}

const PARTS = {
  rich_text_section: (part) => h("div", { class: "rich-section" }, leaves(part.elements)),
  rich_text_list: list,
  rich_text_quote: (part) => h("blockquote", {}, leaves(part.elements)),
  rich_text_preformatted: (part) => h("pre", {}, leaves(part.elements)),
};

/** The nodes of a rich_text block or of a table's rich cell. */
export function richText(block) {
  return (block.elements ?? []).map((part) => PARTS[part.type]?.(part)).filter(Boolean);
}
