/** What a person can do with a message: react, answer in the thread, copy its link, shortcuts, edit, delete. */
import { attempt, post } from "../server/api.js";
import { me, workspace } from "../server/workspace.js";
import { h, icon, iconButton } from "../browser/dom.js";
import { openEditor } from "./editor.js";
import { openMenu } from "../overlays/menu.js";
import { say } from "../overlays/notices.js";
import { openReactionPicker } from "./reactions.js";
import { addressFor, permalink } from "../browser/address.js";

async function copyLink(channelId, message) {
  const address = new URL(addressFor(me().id, permalink(channelId, message)), location.href).href;
  try {
    await navigator.clipboard.writeText(address);
    say("Link copied");
  } catch {
    say(address);
  }
}

/** Deletes a message for everybody, or takes an ephemeral message away. */
export async function removeMessage(channelId, message) {
  await post("/ui/delete", { as: me().id, channel: channelId, ts: message.ts }).catch((error) =>
    say(error.message, "error"),
  );
}

async function runShortcut(shortcut, channelId, message) {
  const reply = await attempt("/ui/shortcut", {
    as: me().id,
    channel: channelId,
    ts: message.ts,
    callback_id: shortcut.callback_id,
  });
  if (reply.ok === false) say(reply.message || "This app is not responding", "error");
}

/** `list` holds the message however often it is drawn again while the menu is open. */
function editItem(channelId, message, list) {
  const drawnNow = () => list.querySelector(`[data-ts="${CSS.escape(message.ts)}"]`);
  return {
    leading: icon("pencil"),
    label: "Edit message",
    dataset: { command: "edit" },
    choose: () => openEditor(drawnNow(), channelId, message),
  };
}

function menuItems(channelId, message, list) {
  const isMine = message.user === me().id && !message.is_bot;
  const shortcuts = (workspace().shortcuts ?? []).filter((each) => each.type === "message");
  return [
    { leading: icon("link"), label: "Copy link", choose: () => copyLink(channelId, message) },
    ...shortcuts.map((shortcut) => ({
      leading: icon("bolt"),
      label: shortcut.name,
      choose: () => runShortcut(shortcut, channelId, message),
    })),
    ...(isMine ? [editItem(channelId, message, list)] : []),
    {
      leading: icon("trash"),
      label: "Delete message",
      isDanger: true,
      dataset: { command: "delete" },
      choose: () => removeMessage(channelId, message),
    },
  ];
}

export function toolbar(channelId, message, openThread) {
  const more = iconButton(
    "more",
    "More actions",
    () =>
      openMenu(more, menuItems(channelId, message, more.closest("[role=log]")), { label: "Message" }),
    { "aria-haspopup": "menu", "aria-expanded": "false", dataset: { command: "more" } },
  );
  const react = iconButton("smile", "Add reaction", () => openReactionPicker(react, channelId, message));
  return h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    react,
    openThread &&
      iconButton("reply", "Reply in thread", () => openThread(message), { dataset: { command: "thread" } }),
    more,
  );
}
