/** A message as a node: who, when, what, files, reactions, its thread's summary. */
import { avatar } from "../pictures/avatar.js";
import { renderBlocks } from "../blocks/blocks.js";
import { isApp, me, nameOf, now } from "../server/workspace.js";
import { h, icon, link } from "../browser/dom.js";
import { picture } from "../pictures/picture.js";
import { reactionRow } from "./reactions.js";
import { permalink } from "../browser/address.js";
import { clockTime, formatSlackDate } from "../text/dates.js";
import { messageSurface } from "../controls/surface.js";
import { removeMessage, toolbar } from "./toolbar.js";
import { editedMark, messageText } from "./message_text.js";

const SHOWN_REPLIERS = 5;

function fileNode(file) {
  if (file.mimetype?.startsWith("image/")) {
    return h(
      "figure",
      { class: "file-image" },
      h("figcaption", {}, file.name),
      picture(file.url, file.alt_text || file.name, "image-large"),
    );
  }
  return link(
    file.url,
    [
      icon("file"),
      h("span", {}, h("strong", {}, file.name), h("span", { class: "quiet" }, file.mimetype ?? "file")),
    ],
    { class: "file-card" },
  );
}

function authorName(message) {
  return message.username || nameOf(message.user);
}

function timeLink(channelId, message) {
  const unix = Number(message.ts);
  const title = formatSlackDate(unix, "{date_long_full} at {time_secs}", me().tz, now());
  const time = h("time", { datetime: new Date(unix * 1000).toISOString() }, clockTime(unix, me().tz));
  if (message.ephemeral) return h("span", { class: "message-time", title }, time);
  return h("a", { class: "message-time", href: permalink(channelId, message), title }, time);
}

function head(channelId, message) {
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author" }, authorName(message)),
    message.is_bot && h("span", { class: "app-badge" }, "APP"),
    timeLink(channelId, message),
  );
}

function content(channelId, message) {
  if (message.deleted) return h("div", { class: "tombstone" }, icon("trash"), "This message was deleted.");
  const edited = message.edited && editedMark();
  const blocks = message.blocks?.length
    ? [renderBlocks(message.blocks, messageSurface(channelId, message.ts)), edited]
    : message.text && messageText(message.text, edited);
  return [blocks, message.files?.length ? h("div", { class: "files" }, message.files.map(fileNode)) : null];
}

function threadSummary(message, openThread) {
  if (!openThread || !message.reply_count) return null;
  const last =
    message.latest_reply &&
    formatSlackDate(Number(message.latest_reply), "{date_pretty} at {time}", me().tz, now());
  return h(
    "button",
    {
      type: "button",
      class: "thread-summary",
      dataset: { command: "open-thread" },
      on: { click: () => openThread(message) },
    },
    h(
      "span",
      { class: "repliers" },
      (message.reply_users ?? []).slice(0, SHOWN_REPLIERS).map((id) => avatar(id, "small")),
    ),
    h(
      "span",
      { class: "reply-count" },
      `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`,
    ),
    last && h("span", { class: "quiet" }, `Last reply ${last.charAt(0).toLowerCase()}${last.slice(1)}`),
  );
}

function gutter(channelId, message, isCompact) {
  if (isCompact) return h("div", { class: "message-gutter" }, timeLink(channelId, message));
  return h("div", { class: "message-gutter" }, avatar(message.user || "?"));
}

function ephemeralMark(channelId, message) {
  const dismiss = {
    type: "button",
    class: "dismiss",
    on: { click: () => removeMessage(channelId, message) },
  };
  return h(
    "div",
    { class: "ephemeral-mark" },
    icon("eye"),
    "Only visible to you",
    h("button", dismiss, "Dismiss"),
  );
}

/** The node of a message; `isCompact` leaves out a follow-up's author, threads have no `openThread`. */
export function messageNode(message, { channelId, isCompact, openThread }) {
  const isFixed = message.ephemeral || message.deleted;
  const mark = message.ephemeral && ephemeralMark(channelId, message);
  return h(
    "article",
    {
      class: `message ${isCompact ? "is-compact" : ""} ${message.ephemeral ? "is-ephemeral" : ""}`,
      dataset: { ts: message.ts, userId: message.user ?? "", ephemeral: String(Boolean(message.ephemeral)) },
      "aria-label": `${authorName(message)}, ${clockTime(Number(message.ts), me().tz)}`,
      tabindex: "-1",
    },
    mark,
    gutter(channelId, message, isCompact),
    h(
      "div",
      { class: "message-body" },
      !isCompact && head(channelId, message),
      content(channelId, message),
      reactionRow(channelId, message),
      threadSummary(message, openThread),
    ),
    !isFixed && toolbar(channelId, message, openThread),
  );
}

/** Whether a message follows another of the same author so closely that it needs no head of its own. */
export function isFollowUp(previous, message) {
  if (!previous || previous.deleted || message.deleted || previous.ephemeral || message.ephemeral)
    return false;
  const isSame = previous.user === message.user && authorName(previous) === authorName(message);
  return (
    isSame && !isApp(message.user) && !previous.reply_count && Number(message.ts) - Number(previous.ts) < 300
  );
}
