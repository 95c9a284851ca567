/** What a message without blocks says, and the mark that it was changed. */
import { h } from "../browser/dom.js";
import { mrkdwn } from "../text/mrkdwn.js";

export const editedMark = () => h("span", { class: "edited" }, " (edited)");

export function messageText(text, mark = null) {
  return h("div", { class: "text message-text" }, mrkdwn(text), mark);
}
