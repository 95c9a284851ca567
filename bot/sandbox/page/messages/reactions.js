/** Reactions under a message and the small picker that adds to them. */
import { post } from "../server/api.js";
import { me, nameOf } from "../server/workspace.js";
import { h } from "../browser/dom.js";
import { emojiFor, QUICK_REACTIONS } from "../text/emoji.js";
import { say } from "../overlays/notices.js";
import { openPopover } from "../overlays/popover.js";

async function toggle(channelId, message, name, isMine) {
  const body = { as: me().id, channel: channelId, ts: message.ts, name, remove: isMine };
  await post("/ui/reaction", body).catch((error) => say(error.message, "error"));
}

function reaction(channelId, message, { name, users }) {
  const isMine = users.includes(me().id);
  const who = users.map(nameOf).join(", ");
  return h(
    "button",
    {
      type: "button",
      class: `reaction ${isMine ? "is-mine" : ""}`,
      "aria-pressed": String(isMine),
      title: `${who} reacted with :${name}:`,
      "aria-label": `${name}, ${users.length}: ${who}`,
      dataset: { name },
      on: { click: () => toggle(channelId, message, name, isMine) },
    },
    h("span", { class: "emoji", "aria-hidden": "true" }, emojiFor(name) ?? `:${name}:`),
    String(users.length),
  );
}

export function reactionRow(channelId, message) {
  if (!message.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map((each) => reaction(channelId, message, each)),
  );
}

export function openReactionPicker(anchor, channelId, message) {
  const choose = (name) => {
    popover.close();
    const mine = message.reactions?.find((each) => each.name === name)?.users.includes(me().id);
    toggle(channelId, message, name, Boolean(mine));
  };
  const grid = h(
    "div",
    { class: "emoji-grid" },
    QUICK_REACTIONS.map((name) =>
      h(
        "button",
        {
          type: "button",
          class: "emoji-choice",
          title: `:${name}:`,
          "aria-label": name,
          on: { click: () => choose(name) },
        },
        h("span", { class: "emoji" }, emojiFor(name)),
      ),
    ),
  );
  const popover = openPopover(anchor, grid, { className: "emoji-popover", onClose: () => anchor.focus() });
  grid.querySelector("button").focus();
}
