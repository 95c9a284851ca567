/** The small pieces inside a line of text: mentions, emoji, and moments in the reader's own time zone. */
import { h, link } from "../browser/dom.js";
import { channel, me, nameOf, now, person, isApp } from "../server/workspace.js";
import { emojiFor } from "./emoji.js";
import { formatSlackDate } from "./dates.js";

const REDRAW_DATES_EVERY_MS = 20000;

/** The drawn emoji, or null when the name is unknown and stays text. */
export function emojiNode(name) {
  const characters = emojiFor(name);
  return (
    characters &&
    h("span", { class: "emoji", role: "img", "aria-label": name, title: `:${name}:` }, characters)
  );
}

function userMention(id, label) {
  const isPerson = person(id) || isApp(id);
  const isMe = id === me().id;
  return h(
    "span",
    { class: isMe ? "mention mention-me" : "mention", dataset: { userId: id } },
    `@${isPerson ? nameOf(id) : label || id}`,
  );
}

function channelMention(id, label) {
  const room = channel(id);
  if (!room) return h("span", { class: "mention" }, `#${label || id}`);
  return h("a", { class: "mention", href: `#${id}` }, `#${room.name}`);
}

/** A mention of a person, a channel, a group, or everybody (`broadcast`). */
export function mention(target, kind, label = null) {
  if (kind === "user") return userMention(target, label);
  if (kind === "channel") return channelMention(target, label);
  return h("span", { class: kind === "broadcast" ? "mention mention-me" : "mention" }, target);
}

function dateText(unix, format) {
  return formatSlackDate(unix, format, me().tz, now());
}

/** A moment as `<time>`; without a valid moment or format it is its fallback, as in Slack. */
export function dateNode(unix, format, address, fallback) {
  if (!Number.isFinite(unix) || !format) return document.createTextNode(fallback);
  const title = dateText(unix, "{date_long_full} at {time_secs}");
  const node = h(
    "time",
    { class: "slack-date", datetime: new Date(unix * 1000).toISOString(), title, dataset: { unix, format } },
    dateText(unix, format),
  );
  return address ? link(address, node, { class: "link" }) : node;
}

function redrawDates() {
  /** @type {NodeListOf<HTMLTimeElement>} */
  const nodes = document.querySelectorAll("time.slack-date");
  for (const node of nodes) {
    const text = dateText(Number(node.dataset.unix), node.dataset.format ?? "");
    if (node.textContent !== text) node.textContent = text;
  }
}

/** "Today" and "3 minutes ago" grow old while the page is open. */
export function keepDatesFresh() {
  setInterval(redrawDates, REDRAW_DATES_EVERY_MS);
}
