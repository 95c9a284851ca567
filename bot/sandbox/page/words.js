/** What a message without blocks says, and the mark that it was changed. */
import { h } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

export const editedMark = () => h("span", { class: "edited" }, " (edited)");

export function words(text, mark = null) {
  return h("div", { class: "text message-text" }, mrkdwn(text), mark);
}
