/** Turns what a person typed into the text Slack would store: escaped, with real mentions and links. */
import { humans, nameOf, workspace } from "./directory.js";

function escapeText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function mentionable() {
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
  return [...names, ...rooms, ...everybody].sort((one, other) => other[0].length - one[0].length);
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

/** Slack's stored form of typed text. */
export function encodeTyped(typed) {
  const text = escapeText(typed);
  const names = mentionable();
  let result = "";
  for (let at = 0; at < text.length;) {
    const found = "@#".includes(text[at]) ? mentionAt(text, at, names) : null;
    const address = text[at] === "h" && /^https?:\/\/[^\s|]*[^\s|.,;:!?)\]'"*_~]/u.exec(text.slice(at));
    const isWordStart = !/[\p{L}\p{N}]/u.test(text[at - 1] ?? " ");
    if (found) {
      result += found[1];
      at += escapeText(found[0]).length;
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
