/** Short words at the edge of the page: the lost connection, and what could not be done. */
import { byId, h } from "../browser/dom.js";

const SHOWN_FOR_MS = 5000;

/** Says something for some seconds, to assistive technology too. */
export function say(text, kind = "info") {
  const node = h("div", { class: `notice is-${kind}`, role: "status" }, text);
  byId("notices").append(node);
  setTimeout(() => node.remove(), SHOWN_FOR_MS);
}

export function showConnection(isConnected) {
  byId("reconnecting").hidden = isConnected;
}
