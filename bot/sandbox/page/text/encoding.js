/** Between what a person types and the text Slack would store: escaped, with real mentions and links. */
import { channel, humans, isApp, nameOf, person, workspace } from "../server/workspace.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const STORED_SIGN = /<((?:[@#!]|https?:|mailto:|tel:)[^<>|]*)(?:\|([^<>]*))?>/gu;

function escapeText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export function unescapeText(text) {
  return text.replace(/&(?:amp|lt|gt);/gu, (entity) => ENTITIES[entity]);
}

/** Names and what they stand for, the longest first; of two people with the same name `mentions` says which. */
function mentionable(mentions) {
  const { bot, channels } = workspace();
  const names = humans().flatMap((each) => [
    [`@${nameOf(each.id)}`, `<@${each.id}>`],
    [`@${each.name}`, `<@${each.id}>`],
  ]);
  if (bot) names.push([`@${bot.name}`, `<@${bot.user_id}>`]);
  const rooms = channels
    .filter((each) => !each.is_im)
    .map((each) => [`#${each.name}`, `<#${each.id}|${each.name}>`]);
  const everybody = ["here", "channel", "everyone"].map((name) => [`@${name}`, `<!${name}>`]);
  return [...mentions, ...names, ...rooms, ...everybody].sort(([first], [second]) => second.length - first.length);
}

/** The words before the first capital letter of nobody: a mention must not go on inside a word. */
function mentionAt(text, at, names) {
  if (/[\p{L}\p{N}]/u.test(text[at - 1] ?? " ")) return null;
  return names.find(
    ([name]) =>
      text.startsWith(escapeText(name), at) &&
      !/[\p{L}\p{N}]/u.test(text[at + escapeText(name).length] ?? " "),
  );
}

/** Slack's stored form of typed text; `mentions` are those that `decodeStored` read in it before. */
export function encodeTyped(typed, mentions = []) {
  const text = escapeText(typed);
  const names = mentionable(mentions);
  let result = "";
  for (let at = 0; at < text.length;) {
    const mention = "@#".includes(text[at]) ? mentionAt(text, at, names) : null;
    const address = text[at] === "h" && /^https?:\/\/[^\s|]*[^\s|.,;:!?)\]'"*_~]/u.exec(text.slice(at));
    const isWordStart = !/[\p{L}\p{N}]/u.test(text[at - 1] ?? " ");
    if (mention) {
      result += mention[1];
      at += escapeText(mention[0]).length;
    } else if (address && isWordStart) {
      result += `<${address[0]}>`;
      at += address[0].length;
    } else {
      result += text[at];
      at += 1;
    }
  }
  return result;
}

function typedSign(target, label) {
  const id = target.slice(1);
  if (target[0] === "@") return `@${person(id) || isApp(id) ? nameOf(id) : label || id}`;
  if (target[0] === "#") return `#${channel(id)?.name ?? (label || id)}`;
  if (["!here", "!channel", "!everyone"].includes(target)) return `@${id}`;
  if (target[0] === "!") return label || `@${id.split("^")[1] ?? id}`;
  return target.startsWith("http") ? target : label || target;
}

/**
 * What a person would type to get a stored text, and the mentions in it as `[name, sign]`, for `encodeTyped`.
 * What cannot be typed (a link's label, a moment in everybody's own time zone) becomes plain words.
 */
export function decodeStored(text) {
  const mentions = [];
  const signs = text.replace(STORED_SIGN, (sign, target, label) => {
    const typed = typedSign(target, label);
    if ("@#".includes(typed[0])) mentions.push([unescapeText(typed), sign]);
    return typed;
  });
  return { typed: unescapeText(signs), mentions };
}
